//go:build !purego

#include "textflag.h"
#include "rows_amd64.h"

// VPMADDUBSW multiplies unsigned bytes by signed ones and adds pairs in 16 bits. Of
// half-bytes a pair is 15*128*2 at the most, 3,840 of 32,767: it cannot saturate, nor
// can the sum of the lower and the upper halves. VPMADDWD by ones (Y14) then adds pairs
// of these in 32 bits. Y15 has 15 in every byte.

// HALVES makes of some bytes of a row (low) the sums of their products by pairs.
#define HALVES(queryLow, queryHigh, low, high) \
	VPSRLW     $4, low, high; \
	VPAND      Y15, low, low; \
	VPAND      Y15, high, high; \
	VPMADDUBSW queryLow, low, low; \
	VPMADDUBSW queryHigh, high, high; \
	VPADDW     high, low, low

#define ADD(low, sum) \
	VPMADDWD Y14, low, low; \
	VPADDD   low, sum, sum

// STEP adds the 64 products of 32 bytes of a row, STEP16 the 32 of 16 bytes: what is
// beyond is zero.
#define STEP(row, sum) \
	VMOVDQU row, Y6; \
	HALVES(Y4, Y5, Y6, Y7); \
	ADD(Y6, sum)

#define STEP16(row, sum) \
	VMOVDQU row, X6; \
	HALVES(Y4, Y5, Y6, Y7); \
	ADD(Y6, sum)

#define QUERY \
	VMOVDQU (SI)(AX*1), Y4; \
	VMOVDQU (R8)(AX*1), Y5

#define QUERY16 \
	VMOVDQU (SI)(AX*1), X4; \
	VMOVDQU (R8)(AX*1), X5

// SUM4 adds up the lanes of Y0 to Y3: the four lanes of X0.
#define SUM4 \
	VPHADDD      Y1, Y0, Y0; \
	VPHADDD      Y3, Y2, Y2; \
	VPHADDD      Y2, Y0, Y0; \
	VEXTRACTI128 $1, Y0, X1; \
	VPADDD       X1, X0, X0

// func dotRowsI4AVX2(query *int8, rows *uint8, dim, stride int, ids *uint32, n int, out *int32)
//
// dim counts the bytes of a row, a multiple of 16. SI points to what the lower halves
// are multiplied by, R8 to what the upper ones are. Blocks of 32 bytes end at CX.
TEXT ·dotRowsI4AVX2(SB), NOSPLIT, $0-56
	MOVQ query+0(FP), SI
	MOVQ dim+16(FP), CX
	LEAQ (SI)(CX*1), R8
	ANDQ $~31, CX

	MOVL         $0x0f0f0f0f, AX
	VMOVD        AX, X15
	VPBROADCASTD X15, Y15
	MOVL         $0x00010001, AX
	VMOVD        AX, X14
	VPBROADCASTD X14, Y14

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
	QUERY
	STEP((R10)(AX*1), Y0)
	STEP((R11)(AX*1), Y1)
	FETCH(0)
	STEP((R12)(AX*1), Y2)
	STEP((R13)(AX*1), Y3)
	ADDQ $32, AX

fourMore:
	CMPQ AX, CX
	JLT  fourBlock
	CMPQ AX, dim+16(FP)
	JEQ  fourSum
	QUERY16
	STEP16((R10)(AX*1), Y0)
	STEP16((R11)(AX*1), Y1)
	STEP16((R12)(AX*1), Y2)
	STEP16((R13)(AX*1), Y3)
	ADDQ $16, AX

fourSum:
	FETCH(0)
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
	JMP   oneMore

oneBlock:
	QUERY
	STEP((R10)(AX*1), Y0)
	ADDQ $32, AX

oneMore:
	CMPQ AX, CX
	JLT  oneBlock
	CMPQ AX, dim+16(FP)
	JEQ  oneSum
	QUERY16
	STEP16((R10)(AX*1), Y0)

oneSum:
	SUM4
	MOVQ  out+48(FP), AX
	VMOVD X0, (AX)(R14*4)
	INCQ  R14
	CMPQ  R14, n+40(FP)
	JLT   one
	VZEROUPPER
	RET
