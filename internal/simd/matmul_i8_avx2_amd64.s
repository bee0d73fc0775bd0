//go:build !purego

#include "textflag.h"
#include "matmul_avx2_amd64.h"

// A step is four bytes of each row by the fours of eight columns, all widened to int16:
// VPMADDWD multiplies and adds two products in 32 bits, where VPMADDUBSW would saturate in
// 16. So a column's sum is in two neighbouring lanes until the end. Bytes are widened by
// the zeros that ·columns ends with.

#define MULTIPLY(at, s0, s1) \
	VPBROADCASTD at, Y14; \
	VPUNPCKLBW   ·columns+64(SB), Y14, Y14; \
	VPMADDWD     Y14, Y12, Y15; \
	VPADDD       Y15, s0, s0; \
	VPMADDWD     Y14, Y13, Y14; \
	VPADDD       Y14, s1, s1

// JOIN adds up both lanes of each column, puts the columns in their order, adds the row's
// offset times what their weights add up to in Y12, and makes the sum float32. BX is where
// a row has its scale and, behind it, its offset.
#define JOIN(at, s0, s1) \
	VPHADDD      s1, s0, s0; \
	VPERMQ       $0xd8, s0, s0; \
	VPBROADCASTD 4(BX), Y14; \
	VPMULLD      Y14, Y12, Y14; \
	VPADDD       Y14, s0, s0; \
	VCVTDQ2PS    s0, s0; \
	ADDQ         $8, BX

// RESULT makes sums results: Y12 are the columns' scales and Y13 their biases, DX is
// bytes from a row of the result to the next.
#define RESULT(at, s0, s1) \
	VBROADCASTSS (BX), Y14; \
	VMULPS       Y14, Y12, Y14; \
	VMULPS       Y14, s0, s0; \
	VADDPS       Y13, s0, s0; \
	VMOVUPS      s0, (DI); \
	ADDQ         $8, BX; \
	ADDQ         DX, DI

// PERCOLUMN loads what eight columns have of an array.
#define PERCOLUMN(array, v) \
	MOVQ    array, AX; \
	VMOVUPS (AX)(R15*1), v

// TILE is the kernel for one height. Each panel is read twice, for one half of its
// columns at a time.
#define TILE(ROWS, half, step) \
half: \
	MOVQ  k+24(FP), CX; \
	ROWS(ZERO); \
	SHRQ  $2, CX; \
step: \
	VPMOVSXBW (SI), Y12; \
	VPMOVSXBW 16(SI), Y13; \
	ADDQ  $64, SI; \
	ROWS(MULTIPLY); \
	STEPPED; \
	JNZ   step; \
	MOVQ  k+24(FP), AX; \
	BACK; \
	PERCOLUMN(sums+48(FP), Y12); \
	MOVQ  quants+56(FP), BX; \
	ROWS(JOIN); \
	PERCOLUMN(scales+64(FP), Y12); \
	PERCOLUMN(biases+72(FP), Y13); \
	MOVQ  quants+56(FP), BX; \
	MOVQ  out+80(FP), DI; \
	ADDQ  R15, DI; \
	ROWS(RESULT); \
	NEXTHALF; \
	JGT   half; \
	VZEROUPPER; \
	RET

// NEXTHALF goes back over the panel for its second half, or on to the next panel.
#define NEXTHALF \
	ADDQ    $32, R15; \
	MOVQ    k+24(FP), AX; \
	SHLQ    $4, AX; \
	NEGQ    AX; \
	ADDQ    $32, AX; \
	MOVQ    $-32, CX; \
	TESTQ   $32, R15; \
	CMOVQEQ CX, AX; \
	ADDQ    AX, SI; \
	SUBQ    $8, R14

// func matMulI8AVX2(a *uint8, aStride, rows, k int, w *int8, n int, sums *int32, quants *Quant, scales, biases, out *float32, outStride int)
TEXT ·matMulI8AVX2(SB), NOSPLIT, $0-96
	BEGIN
	MOVQ w+32(FP), SI
	MOVQ n+40(FP), R14
	MOVQ outStride+88(FP), DX
	MOVQ rows+16(FP), AX
	HEIGHTS
	TILE(ROWS1, tile1, step1)
	TILE(ROWS2, tile2, step2)
	TILE(ROWS3, tile3, step3)
	TILE(ROWS4, tile4, step4)
	TILE(ROWS5, tile5, step5)
	TILE(ROWS6, tile6, step6)
