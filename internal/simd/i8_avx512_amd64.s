//go:build !purego

#include "textflag.h"
#include "rows_amd64.h"

// VPDPBUSD multiplies unsigned bytes by signed ones. The unsigned operand is the code
// with its highest bit turned, which is the code plus 128; the signed one is the query.
// What the 128 adds is the same for every row, 128 times the sum of the query, and is
// taken off at the end (X30). Four products at a time are added up without saturation:
// exact for -128 too, and modulo 2^32 at any length.

// STEP adds 64 products to a row's sum. Z31 has 128 in every byte.
#define STEP(row, query, tmp, sum) \
	VPXORQ   row, Z31, tmp; \
	VPDPBUSD query, tmp, sum

// TAIL adds the products of the bytes in K1; the others of Z29 are zero.
#define TAIL(row, tmp, sum) \
	VMOVDQU8.Z row, K1, tmp; \
	STEP(tmp, Z29, tmp, sum)

// func dotRowsI8AVX512(query, rows *int8, dim, stride int, ids *uint32, n int, out *int32)
TEXT ·dotRowsI8AVX512(SB), NOSPLIT, $0-56
	MOVQ query+0(FP), SI
	MOVQ dim+16(FP), CX

	// The first CX codes are whole blocks, K1 has the rest, R8 their count.
	MOVQ  CX, R8
	ANDQ  $63, R8
	SUBQ  R8, CX
	MOVQ  $-1, AX
	BZHIQ R8, AX, AX
	KMOVQ AX, K1

	MOVL         $0x80808080, AX
	VPBROADCASTD AX, Z31
	VMOVDQU8.Z   (SI)(CX*1), K1, Z29
	VPXORQ       Z28, Z28, Z28
	VPDPBUSD     Z29, Z31, Z28
	XORQ         AX, AX
	JMP          biasMore

bias:
	VPDPBUSD (SI)(AX*1), Z31, Z28
	ADDQ     $64, AX

biasMore:
	CMPQ   AX, CX
	JLT    bias
	VMOVDQA64 Z28, Z0
	VMOVDQA64 Z28, Z1
	VMOVDQA64 Z28, Z2
	VMOVDQA64 Z28, Z3
	SUM4INT
	VMOVDQA64 Z4, Z30

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
	XORQ      AX, AX
	JMP       fourMore

fourBlock:
	VMOVDQU64 (SI)(AX*1), Z4
	STEP((R10)(AX*1), Z4, Z5, Z0)
	STEP((R11)(AX*1), Z4, Z6, Z1)
	STEP((R12)(AX*1), Z4, Z7, Z2)
	STEP((R13)(AX*1), Z4, Z8, Z3)
	FETCH(0)
	ADDQ $64, AX

fourMore:
	CMPQ  AX, CX
	JLT   fourBlock
	TESTQ R8, R8
	JZ    fourSum
	TAIL((R10)(AX*1), Z5, Z0)
	TAIL((R11)(AX*1), Z6, Z1)
	TAIL((R12)(AX*1), Z7, Z2)
	TAIL((R13)(AX*1), Z8, Z3)
	FETCH(0)

fourSum:
	SUM4INT
	VPSUBD  X30, X4, X4
	MOVQ    out+48(FP), AX
	VMOVDQU X4, (AX)(R14*4)
	CMPQ    R9, R14
	JNE     four
	VZEROUPPER
	RET

one:
	TAKE1
	VPXORQ Z0, Z0, Z0
	XORQ      AX, AX
	JMP       oneMore

oneBlock:
	VMOVDQU64 (SI)(AX*1), Z4
	STEP((R10)(AX*1), Z4, Z5, Z0)
	ADDQ $64, AX

oneMore:
	CMPQ  AX, CX
	JLT   oneBlock
	TESTQ R8, R8
	JZ    oneSum
	TAIL((R10)(AX*1), Z5, Z0)

oneSum:
	SUM4INT
	VPSUBD X30, X4, X4
	MOVQ   out+48(FP), AX
	VMOVD X4, (AX)(R14*4)
	INCQ  R14
	CMPQ  R14, n+40(FP)
	JLT   one
	VZEROUPPER
	RET
