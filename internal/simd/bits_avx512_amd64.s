//go:build !purego

#include "textflag.h"
#include "rows_amd64.h"

// STEP adds the differing bits of 8 words to a row's sum. The upper halves of its
// 64-bit lanes stay zero, so that the lanes add up as 32-bit ones.
#define STEP(row, query, tmp, sum) \
	VPXORQ   row, query, tmp; \
	VPOPCNTQ tmp, tmp; \
	VPADDQ   tmp, sum, sum

// TAIL adds the words in K1; both sides of the others are zero.
#define TAIL(row, tmp, sum) \
	VMOVDQU64.Z row, K1, tmp; \
	STEP(tmp, Z29, tmp, sum)

// func hammingRowsAVX512(query, rows *uint64, dim, stride int, ids *uint32, n int, out *int32)
TEXT ·hammingRowsAVX512(SB), NOSPLIT, $0-56
	MOVQ query+0(FP), SI
	MOVQ dim+16(FP), CX

	// Blocks of 8 words end at byte CX, K1 has the other words, R8 their count.
	MOVQ  CX, R8
	ANDQ  $7, R8
	MOVQ  $-1, AX
	BZHIQ R8, AX, AX
	KMOVB AX, K1
	SUBQ  R8, CX
	SHLQ  $3, CX
	VMOVDQU64.Z (SI)(CX*1), K1, Z29

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
	XORQ   AX, AX
	JMP    fourMore

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
	MOVQ    out+48(FP), AX
	VMOVDQU X4, (AX)(R14*4)
	CMPQ    R9, R14
	JNE     four
	VZEROUPPER
	RET

one:
	TAKE1
	VPXORQ Z0, Z0, Z0
	XORQ   AX, AX
	JMP    oneMore

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
	MOVQ  out+48(FP), AX
	VMOVD X4, (AX)(R14*4)
	INCQ  R14
	CMPQ  R14, n+40(FP)
	JLT   one
	VZEROUPPER
	RET
