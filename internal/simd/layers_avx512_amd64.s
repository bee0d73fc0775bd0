//go:build !purego

#include "textflag.h"

#define V0 Z0
#define V1 Z1
#define V2 Z2
#define V3 Z3
#define V4 Z4
#define V9 Z9
#define V10 Z10
#define V11 Z11
#define V12 Z12
#define V13 Z13
#define V14 Z14
#define V15 Z15

#define EACH(STEP) STEP(0, Z14, Z7)

#define HALVES \
	VEXTRACTF64X4 $1, Z14, Y15; \
	VEXTRACTF64X4 $1, Z7, Y8

#define PACK \
	VPMOVUSDB Z14, (R9)

#include "layers_amd64.h"

// func geluAVX512(x *float32, n int)
TEXT ·geluAVX512(SB), NOSPLIT, $0-16
	GELU(x+0(FP), n+8(FP))

// func expAVX512(x *float32, n int) (sum float32)
TEXT ·expAVX512(SB), NOSPLIT, $0-20
	EXP(x+0(FP), n+8(FP), sum+16(FP))

// func addNormAVX512(x, y, gamma, beta *float32, n int)
TEXT ·addNormAVX512(SB), NOSPLIT, $0-40
	ADDNORM(x+0(FP), y+8(FP), gamma+16(FP), beta+24(FP), n+32(FP))

// func spanAVX512(x, factors *float32, n int) (low, high float32)
TEXT ·spanAVX512(SB), NOSPLIT, $0-32
	SPAN(x+0(FP), factors+8(FP), n+16(FP), low+24(FP), high+28(FP))

// func quantiseAVX512(x, factors *float32, n int, inverse float32, offset int32, out *uint8)
TEXT ·quantiseAVX512(SB), NOSPLIT, $0-40
	QUANTISE(x+0(FP), factors+8(FP), n+16(FP), inverse+24(FP), offset+28(FP), out+32(FP))
