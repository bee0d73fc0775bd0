//go:build !purego

#include "textflag.h"
#include "rows_amd64.h"

// A row has four sums of 16 lanes, each for every fourth of its vectors of 16; what is
// left after whole blocks of 64 goes to the first. Four rows or one, a row's elements
// are added in the same order.

// PRODUCT adds 16 products to a sum, SQUARE 16 squared differences.
#define PRODUCT(row, query, tmp, sum) \
	VFMADD231PS row, query, sum

#define SQUARE(row, query, tmp, sum) \
	VSUBPS      row, query, tmp; \
	VFMADD231PS tmp, tmp, sum

// BLOCK adds a row's 64 elements.
#define BLOCK(OP, row, s0, s1, s2, s3) \
	OP((row)(AX*1), Z16, Z20, s0); \
	OP(64(row)(AX*1), Z17, Z21, s1); \
	OP(128(row)(AX*1), Z18, Z22, s2); \
	OP(192(row)(AX*1), Z19, Z23, s3)

// TAIL adds a row's elements that are in K1: in the others both sides are zero.
#define TAIL(OP, row, sum) \
	VMOVUPS.Z (row)(AX*1), K1, Z20; \
	OP(Z20, Z16, Z20, sum)

#define QUERY64 \
	VMOVUPS (SI)(AX*1), Z16; \
	VMOVUPS 64(SI)(AX*1), Z17; \
	VMOVUPS 128(SI)(AX*1), Z18; \
	VMOVUPS 192(SI)(AX*1), Z19

#define ZERO(s0, s1, s2, s3) \
	VPXORQ s0, s0, s0; \
	VPXORQ s1, s1, s1; \
	VPXORQ s2, s2, s2; \
	VPXORQ s3, s3, s3

// FOLD adds up a row's four sums.
#define FOLD(s0, s1, s2, s3, sum) \
	VADDPS s1, s0, s0; \
	VADDPS s3, s2, s2; \
	VADDPS s2, s0, sum

// SUM4 adds up the lanes of Z0 to Z3: the four lanes of X4.
#define SUM4 \
	VUNPCKLPS     Z1, Z0, Z4; \
	VUNPCKHPS     Z1, Z0, Z5; \
	VUNPCKLPS     Z3, Z2, Z6; \
	VUNPCKHPS     Z3, Z2, Z7; \
	VADDPS        Z5, Z4, Z4; \
	VADDPS        Z7, Z6, Z6; \
	VUNPCKLPD     Z6, Z4, Z5; \
	VUNPCKHPD     Z6, Z4, Z7; \
	VADDPS        Z7, Z5, Z4; \
	VEXTRACTF64X4 $1, Z4, Y5; \
	VADDPS        Y5, Y4, Y4; \
	VEXTRACTF128  $1, Y4, X5; \
	VADDPS        X5, X4, X4

// BOUNDS: blocks of 64 end at byte CX, vectors of 16 at R8, and K1 has the rest.
#define BOUNDS \
	MOVQ  query+0(FP), SI; \
	MOVQ  dim+16(FP), CX; \
	MOVQ  CX, R8; \
	ANDQ  $~15, R8; \
	SHLQ  $2, R8; \
	MOVQ  CX, BX; \
	ANDQ  $15, BX; \
	MOVQ  $-1, AX; \
	BZHIQ BX, AX, AX; \
	KMOVW AX, K1; \
	ANDQ  $~63, CX; \
	SHLQ  $2, CX

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
	ZERO(Z0, Z1, Z2, Z3); \
	ZERO(Z4, Z5, Z6, Z7); \
	ZERO(Z8, Z9, Z10, Z11); \
	ZERO(Z12, Z13, Z14, Z15); \
	XORQ AX, AX; \
	JMP  fourMore; \
fourBlock: \
	QUERY64; \
	BLOCK(OP, R10, Z0, Z1, Z2, Z3); \
	FETCH(0); \
	BLOCK(OP, R11, Z4, Z5, Z6, Z7); \
	FETCH(64); \
	BLOCK(OP, R12, Z8, Z9, Z10, Z11); \
	FETCH(128); \
	BLOCK(OP, R13, Z12, Z13, Z14, Z15); \
	FETCH(192); \
	ADDQ $256, AX; \
fourMore: \
	CMPQ AX, CX; \
	JLT  fourBlock; \
	JMP  fourRest; \
fourVector: \
	VMOVUPS (SI)(AX*1), Z16; \
	OP((R10)(AX*1), Z16, Z20, Z0); \
	OP((R11)(AX*1), Z16, Z21, Z4); \
	OP((R12)(AX*1), Z16, Z22, Z8); \
	OP((R13)(AX*1), Z16, Z23, Z12); \
	FETCH(0); \
	ADDQ $64, AX; \
fourRest: \
	CMPQ AX, R8; \
	JLT  fourVector; \
	KTESTW K1, K1; \
	JZ   fourSum; \
	VMOVUPS.Z (SI)(AX*1), K1, Z16; \
	TAIL(OP, R10, Z0); \
	TAIL(OP, R11, Z4); \
	TAIL(OP, R12, Z8); \
	TAIL(OP, R13, Z12); \
	FETCH(0); \
fourSum: \
	FOLD(Z0, Z1, Z2, Z3, Z0); \
	FOLD(Z4, Z5, Z6, Z7, Z1); \
	FOLD(Z8, Z9, Z10, Z11, Z2); \
	FOLD(Z12, Z13, Z14, Z15, Z3); \
	SUM4; \
	MOVQ    out+48(FP), AX; \
	VMOVUPS X4, (AX)(R14*4); \
	CMPQ    R9, R14; \
	JNE     four; \
	VZEROUPPER; \
	RET; \
one: \
	TAKE1; \
	ZERO(Z0, Z1, Z2, Z3); \
	XORQ AX, AX; \
	JMP  oneMore; \
oneBlock: \
	QUERY64; \
	BLOCK(OP, R10, Z0, Z1, Z2, Z3); \
	ADDQ $256, AX; \
oneMore: \
	CMPQ AX, CX; \
	JLT  oneBlock; \
	JMP  oneRest; \
oneVector: \
	VMOVUPS (SI)(AX*1), Z16; \
	OP((R10)(AX*1), Z16, Z20, Z0); \
	ADDQ $64, AX; \
oneRest: \
	CMPQ AX, R8; \
	JLT  oneVector; \
	KTESTW K1, K1; \
	JZ   oneSum; \
	VMOVUPS.Z (SI)(AX*1), K1, Z16; \
	TAIL(OP, R10, Z0); \
oneSum: \
	FOLD(Z0, Z1, Z2, Z3, Z0); \
	SUM4; \
	MOVQ  out+48(FP), AX; \
	VMOVSS X4, (AX)(R14*4); \
	INCQ  R14; \
	CMPQ  R14, n+40(FP); \
	JLT   one; \
	VZEROUPPER; \
	RET

// func dotRowsAVX512(query, rows *float32, dim, stride int, ids *uint32, n int, out *float32)
TEXT ·dotRowsAVX512(SB), NOSPLIT, $0-56
	ROWS(PRODUCT)

// func squaredL2RowsAVX512(query, rows *float32, dim, stride int, ids *uint32, n int, out *float32)
TEXT ·squaredL2RowsAVX512(SB), NOSPLIT, $0-56
	ROWS(SQUARE)
