//go:build !purego

#include "textflag.h"
#include "matmul_avx2_amd64.h"

// A step is an element of each row by 16 columns of a row of the right matrix.

#define MULTIPLY(at, s0, s1) \
	VBROADCASTSS at, Y14; \
	VFMADD231PS  Y14, Y12, s0; \
	VFMADD231PS  Y14, Y13, s1

// TILE is the kernel for one height: R13 is bytes from a row of the right matrix to the
// next.
#define TILE(ROWS, panels, step, part, partStep, next) \
panels: \
	COLUMNS; \
	MOVQ b+32(FP), SI; \
	ADDQ R15, SI; \
	MOVQ out+56(FP), DI; \
	ADDQ R15, DI; \
	MOVQ k+24(FP), CX; \
	ROWS(ZERO); \
	CMPQ R14, $16; \
	JLT  part; \
step: \
	VMOVUPS (SI), Y12; \
	VMOVUPS 32(SI), Y13; \
	ADDQ R13, SI; \
	ROWS(MULTIPLY); \
	STEPPED; \
	JNZ  step; \
	ROWS(STORE); \
	JMP  next; \
part: \
	VMOVUPS 32(BX), Y15; \
partStep: \
	VMOVUPS (BX), Y12; \
	VMASKMOVPS (SI), Y12, Y12; \
	VMASKMOVPS 32(SI), Y15, Y13; \
	ADDQ R13, SI; \
	ROWS(MULTIPLY); \
	STEPPED; \
	JNZ  partStep; \
	VMOVUPS (BX), Y14; \
	ROWS(STOREPART); \
next: \
	MOVQ k+24(FP), AX; \
	SHLQ $2, AX; \
	BACK; \
	ADDQ $64, R15; \
	SUBQ $16, R14; \
	JGT  panels; \
	VZEROUPPER; \
	RET

// func matMulAVX2(a *float32, aStride, rows, k int, b *float32, bStride, n int, out *float32, outStride int)
TEXT ·matMulAVX2(SB), NOSPLIT, $0-72
	BEGIN
	MOVQ bStride+40(FP), R13
	MOVQ n+48(FP), R14
	MOVQ outStride+64(FP), DX
	MOVQ rows+16(FP), AX
	HEIGHTS
	TILE(ROWS1, tile1, step1, part1, partStep1, next1)
	TILE(ROWS2, tile2, step2, part2, partStep2, next2)
	TILE(ROWS3, tile3, step3, part3, partStep3, next3)
	TILE(ROWS4, tile4, step4, part4, partStep4, next4)
	TILE(ROWS5, tile5, step5, part5, partStep5, next5)
	TILE(ROWS6, tile6, step6, part6, partStep6, next6)

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
