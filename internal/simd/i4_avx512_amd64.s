//go:build !purego

#include "textflag.h"
#include "rows_amd64.h"

// A byte holds two numbers. The lower one is multiplied as it is; the upper one stays
// where it is, so that its products are sixteen times what they ought to be, have sums
// of their own and are shifted at the end. VPDPBUSD takes the unsigned half-bytes and
// the signed query, and adds up four products at a time without saturation.

// STEP adds the 128 products of 64 bytes of a row. Z31 has 15 in every byte.
#define STEP(row, tmp, low, high) \
	VMOVDQU64 row, tmp; \
	PRODUCTS(tmp, low, high)

#define PRODUCTS(tmp, low, high) \
	VPANDQ   Z31, tmp, Z8; \
	VPANDNQ  tmp, Z31, tmp; \
	VPDPBUSD Z4, Z8, low; \
	VPDPBUSD Z5, tmp, high

// TAIL adds those of the bytes in K1.
#define TAIL(row, tmp, low, high) \
	VMOVDQU8.Z row, K1, tmp; \
	PRODUCTS(tmp, low, high)

// JOIN adds up both sums of a row.
#define JOIN(high, low) \
	VPSRAD $4, high, high; \
	VPADDD high, low, low

// func dotRowsI4AVX512(query *int8, rows *uint8, dim, stride int, ids *uint32, n int, out *int32)
//
// dim counts the bytes of a row. SI points to what the lower halves are multiplied by,
// R8 to what the upper ones are.
TEXT ·dotRowsI4AVX512(SB), NOSPLIT, $0-56
	MOVQ query+0(FP), SI
	MOVQ dim+16(FP), CX
	LEAQ (SI)(CX*1), R8

	// The first CX bytes are whole blocks, K1 has the rest.
	MOVQ  CX, BX
	ANDQ  $63, BX
	SUBQ  BX, CX
	MOVQ  $-1, AX
	BZHIQ BX, AX, AX
	KMOVQ AX, K1

	MOVL         $0x0f0f0f0f, AX
	VPBROADCASTD AX, Z31

	XORQ R9, R9
	XORQ R14, R14
	CMPQ n+40(FP), $4
	JLT  one
	NEXT4

four:
	TAKE4
	VPXORQ Z0, Z0, Z0
	VPXORQ Z1, Z1, Z1
	VPXORQ Z2, Z2, Z2
	VPXORQ Z3, Z3, Z3
	VPXORQ Z16, Z16, Z16
	VPXORQ Z17, Z17, Z17
	VPXORQ Z18, Z18, Z18
	VPXORQ Z19, Z19, Z19
	XORQ   AX, AX
	JMP    fourMore

fourBlock:
	FETCH(0)
	VMOVDQU64 (SI)(AX*1), Z4
	VMOVDQU64 (R8)(AX*1), Z5
	STEP((R10)(AX*1), Z6, Z0, Z16)
	STEP((R11)(AX*1), Z7, Z1, Z17)
	STEP((R12)(AX*1), Z6, Z2, Z18)
	STEP((R13)(AX*1), Z7, Z3, Z19)
	ADDQ $64, AX

fourMore:
	CMPQ   AX, CX
	JLT    fourBlock
	FETCH(0)
	KTESTQ K1, K1
	JZ     fourSum
	VMOVDQU8.Z (SI)(AX*1), K1, Z4
	VMOVDQU8.Z (R8)(AX*1), K1, Z5
	TAIL((R10)(AX*1), Z6, Z0, Z16)
	TAIL((R11)(AX*1), Z7, Z1, Z17)
	TAIL((R12)(AX*1), Z6, Z2, Z18)
	TAIL((R13)(AX*1), Z7, Z3, Z19)
	MOVQ   dim+16(FP), AX
	FETCH(0)

fourSum:
	JOIN(Z16, Z0)
	JOIN(Z17, Z1)
	JOIN(Z18, Z2)
	JOIN(Z19, Z3)
	SUM4INT
	MOVQ    out+48(FP), AX
	VMOVDQU X4, (AX)(R14*4)
	CMPQ    R9, R14
	JNE     four
	VZEROUPPER
	RET

one:
	TAKE1
	VPXORQ Z0, Z0, Z0
	VPXORQ Z16, Z16, Z16
	XORQ   AX, AX
	JMP    oneMore

oneBlock:
	VMOVDQU64 (SI)(AX*1), Z4
	VMOVDQU64 (R8)(AX*1), Z5
	STEP((R10)(AX*1), Z6, Z0, Z16)
	ADDQ $64, AX

oneMore:
	CMPQ   AX, CX
	JLT    oneBlock
	KTESTQ K1, K1
	JZ     oneSum
	VMOVDQU8.Z (SI)(AX*1), K1, Z4
	VMOVDQU8.Z (R8)(AX*1), K1, Z5
	TAIL((R10)(AX*1), Z6, Z0, Z16)

oneSum:
	JOIN(Z16, Z0)
	SUM4INT
	MOVQ  out+48(FP), AX
	VMOVD X4, (AX)(R14*4)
	INCQ  R14
	CMPQ  R14, n+40(FP)
	JLT   one
	VZEROUPPER
	RET
