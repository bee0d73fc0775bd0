//go:build !purego

#include "textflag.h"

#define V0 Y0
#define V1 Y1
#define V2 Y2
#define V3 Y3
#define V4 Y4
#define V9 Y9
#define V10 Y10
#define V11 Y11
#define V12 Y12
#define V13 Y13
#define V14 Y14
#define V15 Y15

#define EACH(STEP) \
	STEP(0, Y14, Y7); \
	STEP(32, Y15, Y8)

#define HALVES

#define PACK \
	VPACKUSDW    Y15, Y14, Y14; \
	VPERMQ       $0xd8, Y14, Y14; \
	VEXTRACTI128 $1, Y14, X15; \
	VPACKUSWB    X15, X14, X14; \
	VMOVDQU      X14, (R9)

#include "layers_amd64.h"

// func geluAVX2(x *float32, n int)
TEXT ·geluAVX2(SB), NOSPLIT, $0-16
	GELU(x+0(FP), n+8(FP))

// func expAVX2(x *float32, n int) (sum float32)
TEXT ·expAVX2(SB), NOSPLIT, $0-20
	EXP(x+0(FP), n+8(FP), sum+16(FP))

// func addNormAVX2(x, y, gamma, beta *float32, n int)
TEXT ·addNormAVX2(SB), NOSPLIT, $0-40
	ADDNORM(x+0(FP), y+8(FP), gamma+16(FP), beta+24(FP), n+32(FP))

// func spanAVX2(x, factors *float32, n int) (low, high float32)
TEXT ·spanAVX2(SB), NOSPLIT, $0-32
	SPAN(x+0(FP), factors+8(FP), n+16(FP), low+24(FP), high+28(FP))

// func quantiseAVX2(x, factors *float32, n int, inverse float32, offset int32, out *uint8)
TEXT ·quantiseAVX2(SB), NOSPLIT, $0-40
	QUANTISE(x+0(FP), factors+8(FP), n+16(FP), inverse+24(FP), offset+28(FP), out+32(FP))
