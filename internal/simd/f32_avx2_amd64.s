//go:build !purego

#include "textflag.h"
#include "rows_amd64.h"

// A row has two sums of 8 lanes, one for its even vectors of 8 and one for its odd
// ones; what is left after whole blocks of 16 goes to the first. Four rows or one, a
// row's elements are added in the same order.

// PRODUCT adds 8 products to a sum, SQUARE 8 squared differences.
#define PRODUCT(row, query, tmp, sum) \
	VFMADD231PS row, query, sum

#define SQUARE(row, query, tmp, sum) \
	VSUBPS      row, query, tmp; \
	VFMADD231PS tmp, tmp, sum

// BLOCK adds a row's 16 elements.
#define BLOCK(OP, row, s0, s1) \
	OP((row)(AX*1), Y8, Y10, s0); \
	OP(32(row)(AX*1), Y9, Y11, s1)

// TAIL adds a row's elements that are in Y15: in the others both sides are zero.
#define TAIL(OP, row, sum) \
	VMASKMOVPS (row)(AX*1), Y15, Y10; \
	OP(Y10, Y8, Y10, sum)

#define ZERO(s0, s1, s2, s3) \
	VXORPS s0, s0, s0; \
	VXORPS s1, s1, s1; \
	VXORPS s2, s2, s2; \
	VXORPS s3, s3, s3

// SUM4 adds up the lanes of Y0 to Y3, beginning with the rows' second sums in Y4 to
// Y7: the four lanes of X0.
#define SUM4 \
	VADDPS       Y4, Y0, Y0; \
	VADDPS       Y5, Y1, Y1; \
	VADDPS       Y6, Y2, Y2; \
	VADDPS       Y7, Y3, Y3; \
	VHADDPS      Y1, Y0, Y0; \
	VHADDPS      Y3, Y2, Y2; \
	VHADDPS      Y2, Y0, Y0; \
	VEXTRACTF128 $1, Y0, X1; \
	VADDPS       X1, X0, X0

// BOUNDS: blocks of 16 end at byte CX, vectors of 8 at R8, and Y15 has the rest: of 8
// ones followed by 8 zeros the 8 that begin where as many ones are left.
#define BOUNDS \
	MOVQ    query+0(FP), SI; \
	MOVQ    dim+16(FP), CX; \
	MOVQ    CX, R8; \
	ANDQ    $~7, R8; \
	SHLQ    $2, R8; \
	MOVQ    CX, BX; \
	ANDQ    $7, BX; \
	NEGQ    BX; \
	LEAQ    ·tailF32(SB), AX; \
	VMOVDQU 32(AX)(BX*4), Y15; \
	ANDQ    $~15, CX; \
	SHLQ    $2, CX

// ROWS is the kernel: OP is PRODUCT or SQUARE.
#define ROWS(OP) \
	BOUNDS; \
	XORQ R9, R9; \
	XORQ R14, R14; \
	CMPQ n+40(FP), $4; \
	JLT  one; \
	NEXT4; \
four: \
	TAKE4; \
	ZERO(Y0, Y1, Y2, Y3); \
	ZERO(Y4, Y5, Y6, Y7); \
	XORQ AX, AX; \
	JMP  fourMore; \
fourBlock: \
	VMOVUPS (SI)(AX*1), Y8; \
	VMOVUPS 32(SI)(AX*1), Y9; \
	BLOCK(OP, R10, Y0, Y4); \
	BLOCK(OP, R11, Y1, Y5); \
	BLOCK(OP, R12, Y2, Y6); \
	BLOCK(OP, R13, Y3, Y7); \
	FETCH(0); \
	ADDQ $64, AX; \
fourMore: \
	CMPQ AX, CX; \
	JLT  fourBlock; \
	CMPQ AX, R8; \
	JGE  fourRest; \
	VMOVUPS (SI)(AX*1), Y8; \
	OP((R10)(AX*1), Y8, Y10, Y0); \
	OP((R11)(AX*1), Y8, Y10, Y1); \
	OP((R12)(AX*1), Y8, Y10, Y2); \
	OP((R13)(AX*1), Y8, Y10, Y3); \
	ADDQ $32, AX; \
fourRest: \
	TESTQ $7, dim+16(FP); \
	JZ    fourSum; \
	VMASKMOVPS (SI)(AX*1), Y15, Y8; \
	TAIL(OP, R10, Y0); \
	TAIL(OP, R11, Y1); \
	TAIL(OP, R12, Y2); \
	TAIL(OP, R13, Y3); \
	FETCH(0); \
fourSum: \
	SUM4; \
	MOVQ    out+48(FP), AX; \
	VMOVUPS X0, (AX)(R14*4); \
	CMPQ    R9, R14; \
	JNE     four; \
	VZEROUPPER; \
	RET; \
one: \
	TAKE1; \
	ZERO(Y0, Y1, Y4, Y5); \
	XORQ AX, AX; \
	JMP  oneMore; \
oneBlock: \
	VMOVUPS (SI)(AX*1), Y8; \
	VMOVUPS 32(SI)(AX*1), Y9; \
	BLOCK(OP, R10, Y0, Y4); \
	ADDQ $64, AX; \
oneMore: \
	CMPQ AX, CX; \
	JLT  oneBlock; \
	CMPQ AX, R8; \
	JGE  oneRest; \
	VMOVUPS (SI)(AX*1), Y8; \
	OP((R10)(AX*1), Y8, Y10, Y0); \
	ADDQ $32, AX; \
oneRest: \
	TESTQ $7, dim+16(FP); \
	JZ    oneSum; \
	VMASKMOVPS (SI)(AX*1), Y15, Y8; \
	TAIL(OP, R10, Y0); \
oneSum: \
	SUM4; \
	MOVQ   out+48(FP), AX; \
	VMOVSS X0, (AX)(R14*4); \
	INCQ   R14; \
	CMPQ   R14, n+40(FP); \
	JLT    one; \
	VZEROUPPER; \
	RET

// func dotRowsAVX2(query, rows *float32, dim, stride int, ids *uint32, n int, out *float32)
TEXT ·dotRowsAVX2(SB), NOSPLIT, $0-56
	ROWS(PRODUCT)

// func squaredL2RowsAVX2(query, rows *float32, dim, stride int, ids *uint32, n int, out *float32)
TEXT ·squaredL2RowsAVX2(SB), NOSPLIT, $0-56
	ROWS(SQUARE)

DATA ·tailF32+0(SB)/8, $-1
DATA ·tailF32+8(SB)/8, $-1
DATA ·tailF32+16(SB)/8, $-1
DATA ·tailF32+24(SB)/8, $-1
DATA ·tailF32+32(SB)/8, $0
DATA ·tailF32+40(SB)/8, $0
DATA ·tailF32+48(SB)/8, $0
DATA ·tailF32+56(SB)/8, $0
GLOBL ·tailF32(SB), RODATA|NOPTR, $64
