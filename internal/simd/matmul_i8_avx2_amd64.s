//go:build !purego

#include "textflag.h"
#include "matmul_avx2_amd64.h"

// A step is a pair of int16 of each row by the pairs of int8 of 16 columns, widened to
// int16. VPMADDWD multiplies and adds two products in 32 bits.

#define MULTIPLY(at, s0, s1) \
	VPBROADCASTD at, Y14; \
	VPMADDWD     Y14, Y12, Y15; \
	VPADDD       Y15, s0, s0; \
	VPMADDWD     Y14, Y13, Y14; \
	VPADDD       Y14, s1, s1

// LAST is MULTIPLY where a row has one more int16, not two.
#define LAST(at, s0, s1) \
	MOVWLZX      at, AX; \
	VMOVD        AX, X14; \
	VPBROADCASTD X14, Y14; \
	VPMADDWD     Y14, Y12, Y15; \
	VPADDD       Y15, s0, s0; \
	VPMADDWD     Y14, Y13, Y14; \
	VPADDD       Y14, s1, s1

// SCALE makes sums float32, times the row's scale in (DI) by those of the columns.
#define SCALE(at, s0, s1) \
	VBROADCASTSS (DI), Y14; \
	VCVTDQ2PS    s0, s0; \
	VCVTDQ2PS    s1, s1; \
	VMULPS       Y14, Y12, Y15; \
	VMULPS       Y14, Y13, Y14; \
	VMULPS       Y15, s0, s0; \
	VMULPS       Y14, s1, s1; \
	ADDQ         $4, DI

#define BIAS(at, s0, s1) \
	VADDPS Y12, s0, s0; \
	VADDPS Y13, s1, s1

// WIDEN loads a row of the panel.
#define WIDEN \
	VPMOVSXBW (SI), Y12; \
	VPMOVSXBW 16(SI), Y13; \
	ADDQ      $32, SI

// PERCOLUMN loads what the columns have of an array.
#define PERCOLUMN(array) \
	MOVQ       array, AX; \
	VMASKMOVPS (AX)(R15*1), Y14, Y12; \
	VMASKMOVPS 32(AX)(R15*1), Y15, Y13

// MASKS loads the masks of the columns.
#define MASKS \
	VMOVUPS (BX), Y14; \
	VMOVUPS 32(BX), Y15

// TILE is the kernel for one height.
#define TILE(ROWS, panels, pair, odd, store, part, next) \
panels: \
	COLUMNS; \
	MOVQ  k+24(FP), CX; \
	ROWS(ZERO); \
	SHRQ  $1, CX; \
	JZ    odd; \
pair: \
	WIDEN; \
	ROWS(MULTIPLY); \
	STEPPED; \
	JNZ   pair; \
odd: \
	TESTQ $1, k+24(FP); \
	JZ    store; \
	WIDEN; \
	ROWS(LAST); \
store: \
	MOVQ  k+24(FP), AX; \
	SHRQ  $1, AX; \
	SHLQ  $2, AX; \
	BACK; \
	MASKS; \
	PERCOLUMN(scales+56(FP)); \
	MOVQ  rowScales+48(FP), DI; \
	ROWS(SCALE); \
	MASKS; \
	PERCOLUMN(biases+64(FP)); \
	ROWS(BIAS); \
	MOVQ  out+72(FP), DI; \
	ADDQ  R15, DI; \
	CMPQ  R14, $16; \
	JLT   part; \
	ROWS(STORE); \
	JMP   next; \
part: \
	ROWS(STOREPART); \
next: \
	ADDQ  $64, R15; \
	SUBQ  $16, R14; \
	JGT   panels; \
	VZEROUPPER; \
	RET

// func matMulI8AVX2(a *int16, aStride, rows, k int, w *int8, n int, rowScales, scales, biases, out *float32, outStride int)
TEXT ·matMulI8AVX2(SB), NOSPLIT, $0-88
	BEGIN
	MOVQ w+32(FP), SI
	MOVQ n+40(FP), R14
	MOVQ outStride+80(FP), DX
	MOVQ rows+16(FP), AX
	HEIGHTS
	TILE(ROWS1, tile1, pair1, odd1, store1, part1, next1)
	TILE(ROWS2, tile2, pair2, odd2, store2, part2, next2)
	TILE(ROWS3, tile3, pair3, odd3, store3, part3, next3)
	TILE(ROWS4, tile4, pair4, odd4, store4, part4, next4)
	TILE(ROWS5, tile5, pair5, odd5, store5, part5, next5)
	TILE(ROWS6, tile6, pair6, odd6, store6, part6, next6)

// Of 16 ones followed by 16 zeros, as many ones are taken as there are columns.
DATA ·columns+0(SB)/8, $-1
DATA ·columns+8(SB)/8, $-1
DATA ·columns+16(SB)/8, $-1
DATA ·columns+24(SB)/8, $-1
DATA ·columns+32(SB)/8, $-1
DATA ·columns+40(SB)/8, $-1
DATA ·columns+48(SB)/8, $-1
DATA ·columns+56(SB)/8, $-1
DATA ·columns+64(SB)/8, $0
DATA ·columns+72(SB)/8, $0
DATA ·columns+80(SB)/8, $0
DATA ·columns+88(SB)/8, $0
DATA ·columns+96(SB)/8, $0
DATA ·columns+104(SB)/8, $0
DATA ·columns+112(SB)/8, $0
DATA ·columns+120(SB)/8, $0
GLOBL ·columns(SB), RODATA|NOPTR, $128
