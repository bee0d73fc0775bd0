//go:build !purego

#include "textflag.h"
#include "matmul_avx512_amd64.h"

// A step is four bytes of each row by the fours of 32 columns. VPDPBUSD multiplies
// unsigned activations by signed weights and adds four products to the sum, without
// saturation.

#define MULTIPLY(at, s0, s1) \
	VPBROADCASTD at, Z26; \
	VPDPBUSD     Z24, Z26, s0; \
	VPDPBUSD     Z25, Z26, s1

// START makes the row's offset, times what the columns' weights add up to in Z24 and Z25,
// the sums of a row. BX is where a row has its scale and, behind it, its offset.
#define START(at, s0, s1) \
	VPBROADCASTD 4(BX), Z26; \
	VPMULLD      Z26, Z24, s0; \
	VPMULLD      Z26, Z25, s1; \
	ADDQ         $8, BX

// STORE makes sums results: Z24 and Z25 are the columns' scales, Z27 and Z28 their
// biases, DX bytes from a row of the result to the next.
#define STORE(at, s0, s1) \
	VBROADCASTSS (BX), Z26; \
	VCVTDQ2PS    s0, s0; \
	VCVTDQ2PS    s1, s1; \
	VMULPS       Z26, Z24, Z29; \
	VMULPS       Z26, Z25, Z30; \
	VMULPS       Z29, s0, s0; \
	VMULPS       Z30, s1, s1; \
	VADDPS       Z27, s0, s0; \
	VADDPS       Z28, s1, s1; \
	VMOVUPS      s0, (DI); \
	VMOVUPS      s1, 64(DI); \
	ADDQ         $8, BX; \
	ADDQ         DX, DI

// PERCOLUMN loads what 32 columns have of an array.
#define PERCOLUMN(array, v0, v1) \
	MOVQ    array, AX; \
	VMOVUPS (AX)(R15*1), v0; \
	VMOVUPS 64(AX)(R15*1), v1

// TILE is the kernel for one height: R13 is the size of a panel, which is how far two
// panels are apart.
#define TILE(ROWS, panels, step) \
panels: \
	PERCOLUMN(sums+48(FP), Z24, Z25); \
	MOVQ  quants+56(FP), BX; \
	ROWS(START); \
	MOVQ  k+24(FP), CX; \
	SHRQ  $2, CX; \
step: \
	VMOVDQU32 (SI), Z24; \
	VMOVDQU32 (SI)(R13*1), Z25; \
	ADDQ  $64, SI; \
	ROWS(MULTIPLY); \
	STEPPED; \
	JNZ   step; \
	MOVQ  k+24(FP), AX; \
	BACK; \
	PERCOLUMN(scales+64(FP), Z24, Z25); \
	PERCOLUMN(biases+72(FP), Z27, Z28); \
	MOVQ  quants+56(FP), BX; \
	MOVQ  outStride+88(FP), DX; \
	MOVQ  out+80(FP), DI; \
	ADDQ  R15, DI; \
	ROWS(STORE); \
	ADDQ  R13, SI; \
	ADDQ  $128, R15; \
	SUBQ  $32, R14; \
	JGT   panels; \
	VZEROUPPER; \
	RET

// func matMulI8AVX512(a *uint8, aStride, rows, k int, w *int8, n int, sums *int32, quants *Quant, scales, biases, out *float32, outStride int)
TEXT ·matMulI8AVX512(SB), NOSPLIT, $0-96
	BEGIN
	MOVQ w+32(FP), SI
	MOVQ n+40(FP), R14
	MOVQ k+24(FP), R13
	SHLQ $4, R13
	MOVQ rows+16(FP), AX
	HEIGHTS
	TILE(ROWS1, tile1, step1)
	TILE(ROWS2, tile2, step2)
	TILE(ROWS3, tile3, step3)
	TILE(ROWS4, tile4, step4)
	TILE(ROWS5, tile5, step5)
	TILE(ROWS6, tile6, step6)
	TILE(ROWS7, tile7, step7)
	TILE(ROWS8, tile8, step8)
	TILE(ROWS9, tile9, step9)
	TILE(ROWS10, tile10, step10)
	TILE(ROWS11, tile11, step11)
	TILE(ROWS12, tile12, step12)
