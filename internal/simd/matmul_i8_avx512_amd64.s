//go:build !purego

#include "textflag.h"
#include "matmul_avx512_amd64.h"

// A step is a pair of int16 of each row by the pairs of int8 of 32 columns, widened to
// int16. VPDPWSSD adds both products to the sum without saturation.

#define MULTIPLY(at, s0, s1) \
	VPBROADCASTD at, Z26; \
	VPDPWSSD     Z26, Z24, s0; \
	VPDPWSSD     Z26, Z25, s1

// LAST is MULTIPLY where a row has one more int16, not two.
#define LAST(at, s0, s1) \
	MOVWLZX      at, AX; \
	VPBROADCASTD AX, Z26; \
	VPDPWSSD     Z26, Z24, s0; \
	VPDPWSSD     Z26, Z25, s1

// STORE makes sums results: Z24 and Z25 are the columns' scales, Z27 and Z28 their
// biases, BX is the row's scale, DX bytes from a row of the result to the next.
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
	VMOVUPS      s0, K1, (DI); \
	VMOVUPS      s1, K2, 64(DI); \
	ADDQ         $4, BX; \
	ADDQ         DX, DI

// WIDEN loads a row of both panels, which are R13 bytes apart.
#define WIDEN \
	VPMOVSXBW (SI), Z24; \
	VPMOVSXBW (SI)(R13*1), Z25; \
	ADDQ      $32, SI

// PANELS begins with the next two panels. Where there is only one it is taken for the
// second also, of which nothing is stored then.
#define PANELS \
	COLUMNS; \
	MOVQ    k+24(FP), CX; \
	MOVQ    CX, R13; \
	INCQ    R13; \
	ANDQ    $~1, R13; \
	SHLQ    $4, R13; \
	XORQ    AX, AX; \
	CMPQ    R14, $16; \
	CMOVQLE AX, R13; \
	SHRQ    $1, CX

// RESULTS loads what STORE needs, and takes the rows back to their beginning.
#define RESULTS \
	MOVQ k+24(FP), AX; \
	SHRQ $1, AX; \
	SHLQ $2, AX; \
	BACK; \
	MOVQ scales+56(FP), AX; \
	VMOVUPS.Z (AX)(R15*1), K1, Z24; \
	VMOVUPS.Z 64(AX)(R15*1), K2, Z25; \
	MOVQ biases+64(FP), AX; \
	VMOVUPS.Z (AX)(R15*1), K1, Z27; \
	VMOVUPS.Z 64(AX)(R15*1), K2, Z28; \
	MOVQ rowScales+48(FP), BX; \
	MOVQ outStride+80(FP), DX; \
	MOVQ out+72(FP), DI; \
	ADDQ R15, DI

// TILE is the kernel for one height.
#define TILE(ROWS, panels, pair, odd, store) \
panels: \
	PANELS; \
	ROWS(ZERO); \
	TESTQ CX, CX; \
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
	RESULTS; \
	ROWS(STORE); \
	ADDQ  R13, SI; \
	ADDQ  $128, R15; \
	SUBQ  $32, R14; \
	JGT   panels; \
	VZEROUPPER; \
	RET

// func matMulI8AVX512(a *int16, aStride, rows, k int, w *int8, n int, rowScales, scales, biases, out *float32, outStride int)
TEXT ·matMulI8AVX512(SB), NOSPLIT, $0-88
	BEGIN
	MOVQ w+32(FP), SI
	MOVQ n+40(FP), R14
	MOVQ rows+16(FP), AX
	HEIGHTS
	TILE(ROWS1, tile1, pair1, odd1, store1)
	TILE(ROWS2, tile2, pair2, odd2, store2)
	TILE(ROWS3, tile3, pair3, odd3, store3)
	TILE(ROWS4, tile4, pair4, odd4, store4)
	TILE(ROWS5, tile5, pair5, odd5, store5)
	TILE(ROWS6, tile6, pair6, odd6, store6)
	TILE(ROWS7, tile7, pair7, odd7, store7)
	TILE(ROWS8, tile8, pair8, odd8, store8)
	TILE(ROWS9, tile9, pair9, odd9, store9)
	TILE(ROWS10, tile10, pair10, odd10, store10)
	TILE(ROWS11, tile11, pair11, odd11, store11)
	TILE(ROWS12, tile12, pair12, odd12, store12)
