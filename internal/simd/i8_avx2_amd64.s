//go:build !purego

#include "textflag.h"
#include "rows_amd64.h"

// VPMADDUBSW, the byte multiplication of AVX2, saturates at 16 bits. So codes are
// widened to 16 bits first, and VPMADDWD adds pairs of products in 32: exact for -128
// too, and modulo 2^32 at any length.

// STEP adds 16 products to a row's sum; query is widened already.
#define STEP(row, query, tmp, sum) \
	VPMOVSXBW row, tmp; \
	VPMADDWD  query, tmp, tmp; \
	VPADDD    tmp, sum, sum

// FOUR adds 16 products to each of four rows' sums.
#define FOUR(at) \
	VPMOVSXBW at(SI)(AX*1), Y4; \
	STEP(at(R10)(AX*1), Y4, Y5, Y0); \
	STEP(at(R11)(AX*1), Y4, Y6, Y1); \
	STEP(at(R12)(AX*1), Y4, Y7, Y2); \
	STEP(at(R13)(AX*1), Y4, Y8, Y3)

// SUM4 adds up the lanes of Y0 to Y3: the four lanes of X0.
#define SUM4 \
	VPHADDD      Y1, Y0, Y0; \
	VPHADDD      Y3, Y2, Y2; \
	VPHADDD      Y2, Y0, Y0; \
	VEXTRACTI128 $1, Y0, X1; \
	VPADDD       X1, X0, X0

// func dotRowsI8AVX2(query, rows *int8, dim, stride int, ids *uint32, n int, out *int32)
//
// dim is at least 16. What is left of it after blocks of 16 is taken as the row's last
// 16 codes, with those that are counted already made zero in the query (Y15).
TEXT ·dotRowsI8AVX2(SB), NOSPLIT, $0-56
	MOVQ query+0(FP), SI
	MOVQ dim+16(FP), R8
	MOVQ R8, CX
	ANDQ $~15, CX

	// Of 16 zeros followed by 16 ones, the ones of the tail's codes stand last.
	MOVQ      R8, AX
	SUBQ      CX, AX
	LEAQ      ·tailI8(SB), BX
	VMOVDQU   (BX)(AX*1), X15
	VPAND     -16(SI)(R8*1), X15, X15
	VPMOVSXBW X15, Y15

	// Blocks of 64 end at R8, those of 16 at CX.
	ANDQ $~63, R8
	XORQ R9, R9
	XORQ R14, R14
	CMPQ n+40(FP), $4
	JLT  one
	NEXT4

four:
	TAKE4
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	XORQ  AX, AX
	JMP   fourMore

fourBlock:
	FOUR(0)
	FOUR(16)
	FETCH(0)
	FOUR(32)
	FOUR(48)
	ADDQ $64, AX

fourMore:
	CMPQ AX, R8
	JLT  fourBlock
	JMP  fourRest

fourVector:
	FOUR(0)
	FETCH(0)
	ADDQ $16, AX

fourRest:
	CMPQ AX, CX
	JLT  fourVector
	MOVQ dim+16(FP), AX
	CMPQ AX, CX
	JEQ  fourSum
	STEP(-16(R10)(AX*1), Y15, Y5, Y0)
	STEP(-16(R11)(AX*1), Y15, Y6, Y1)
	STEP(-16(R12)(AX*1), Y15, Y7, Y2)
	STEP(-16(R13)(AX*1), Y15, Y8, Y3)

fourSum:
	SUM4
	MOVQ    out+48(FP), AX
	VMOVDQU X0, (AX)(R14*4)
	CMPQ    R9, R14
	JNE     four
	VZEROUPPER
	RET

one:
	TAKE1
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	XORQ  AX, AX

oneBlock:
	VPMOVSXBW (SI)(AX*1), Y4
	STEP((R10)(AX*1), Y4, Y5, Y0)
	ADDQ $16, AX
	CMPQ AX, CX
	JLT  oneBlock

	MOVQ dim+16(FP), AX
	CMPQ AX, CX
	JEQ  oneSum
	STEP(-16(R10)(AX*1), Y15, Y5, Y0)

oneSum:
	SUM4
	MOVQ  out+48(FP), AX
	VMOVD X0, (AX)(R14*4)
	INCQ  R14
	CMPQ  R14, n+40(FP)
	JLT   one
	VZEROUPPER
	RET

DATA ·tailI8+0(SB)/8, $0
DATA ·tailI8+8(SB)/8, $0
DATA ·tailI8+16(SB)/8, $-1
DATA ·tailI8+24(SB)/8, $-1
GLOBL ·tailI8(SB), RODATA|NOPTR, $32
