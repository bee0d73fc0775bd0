//go:build !purego

#include "textflag.h"
#include "matmul_avx512_amd64.h"

// A step is an element of each row by 32 columns of a row of the right matrix.

#define MULTIPLY(at, s0, s1) \
	VBROADCASTSS at, Z26; \
	VFMADD231PS  Z26, Z24, s0; \
	VFMADD231PS  Z26, Z25, s1

#define STORE(at, s0, s1) \
	VMOVUPS s0, K1, (DI); \
	VMOVUPS s1, K2, 64(DI); \
	ADDQ    DX, DI

// TILE is the kernel for one height: R13 is bytes from a row of the right matrix to the
// next.
#define TILE(ROWS, panels, step) \
panels: \
	COLUMNS; \
	MOVQ b+32(FP), SI; \
	ADDQ R15, SI; \
	MOVQ k+24(FP), CX; \
	ROWS(ZERO); \
step: \
	VMOVUPS.Z (SI), K1, Z24; \
	VMOVUPS.Z 64(SI), K2, Z25; \
	ADDQ R13, SI; \
	ROWS(MULTIPLY); \
	STEPPED; \
	JNZ  step; \
	MOVQ k+24(FP), AX; \
	SHLQ $2, AX; \
	BACK; \
	MOVQ out+56(FP), DI; \
	ADDQ R15, DI; \
	ROWS(STORE); \
	ADDQ $128, R15; \
	SUBQ $32, R14; \
	JGT  panels; \
	VZEROUPPER; \
	RET

// func matMulAVX512(a *float32, aStride, rows, k int, b *float32, bStride, n int, out *float32, outStride int)
TEXT ·matMulAVX512(SB), NOSPLIT, $0-72
	BEGIN
	MOVQ bStride+40(FP), R13
	MOVQ n+48(FP), R14
	MOVQ outStride+64(FP), DX
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
