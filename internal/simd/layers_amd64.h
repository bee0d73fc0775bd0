// What layers do to a row, for either width of registers. The file that includes this says
// which registers V0 to V4 and V9 to V13 are; with EACH how 16 elements of a row are taken,
// of which sums and the like are in V14, and with registers of 32 bytes in V15 as well; and
// with HALVES how V14 becomes Y14 and Y15, and V7 Y7 and Y8. Those are added up in one
// order, so that both widths give the same bits.
//
// Registers: SI the row, CX bytes of it, AX bytes done.

// ROW takes the row and its length in elements.
#define ROW(x, n) \
	MOVQ x, SI; \
	MOVQ n, CX; \
	SHLQ $2, CX; \
	XORQ AX, AX

// NEXT goes to the next 16 elements, and sets flags for a jump to take them.
#define NEXT \
	ADDQ $64, AX; \
	CMPQ AX, CX

// FOLD makes one element of two registers, with an operation and its form for one element.
#define FOLD(OP, OPSS, y0, x0, y1, x1) \
	OP           y1, y0, y0; \
	VEXTRACTF128 $1, y0, x1; \
	OP           x1, x0, x0; \
	VMOVHLPS     x0, x0, x1; \
	OP           x1, x0, x0; \
	VMOVSHDUP    x0, x1; \
	OPSS         x1, x0, x0

#define SUM FOLD(VADDPS, VADDSS, Y14, X14, Y15, X15)

#define CLEAR \
	VXORPS Y14, Y14, Y14; \
	VXORPS Y15, Y15, Y15

// TERM goes on in a polynomial of V2, of which V3 is what is done.
#define TERM(constant) \
	VBROADCASTSS constant, V4; \
	VFMADD213PS  V4, V2, V3

// GELU: Φ(x) is 1/2 and x times a polynomial of s, where s goes from -1 to 1 as x² goes
// from 0 to 4.75²; beyond that Φ does not change by more than the bound. The polynomial has
// the least largest error of x·Φ(x).
#define GELU1(at, acc, acc2) \
	VMOVUPS      at(SI)(AX*1), V0; \
	VMINPS       V12, V0, V1; \
	VMAXPS       V13, V1, V1; \
	VMULPS       V1, V1, V2; \
	VFMADD213PS  V11, V10, V2; \
	VBROADCASTSS gelu<>+0(SB), V3; \
	TERM(gelu<>+4(SB)); \
	TERM(gelu<>+8(SB)); \
	TERM(gelu<>+12(SB)); \
	TERM(gelu<>+16(SB)); \
	TERM(gelu<>+20(SB)); \
	TERM(gelu<>+24(SB)); \
	TERM(gelu<>+28(SB)); \
	TERM(gelu<>+32(SB)); \
	TERM(gelu<>+36(SB)); \
	TERM(gelu<>+40(SB)); \
	TERM(gelu<>+44(SB)); \
	VFMADD213PS  V9, V1, V3; \
	VMULPS       V3, V0, V0; \
	VMOVUPS      V0, at(SI)(AX*1)

#define GELU(x, n) \
	ROW(x, n); \
	VBROADCASTSS gelu<>+48(SB), V9; \
	VBROADCASTSS gelu<>+52(SB), V10; \
	VBROADCASTSS gelu<>+56(SB), V11; \
	VBROADCASTSS gelu<>+60(SB), V12; \
	VBROADCASTSS gelu<>+64(SB), V13; \
next: \
	EACH(GELU1); \
	NEXT; \
	JLT next; \
	VZEROUPPER; \
	RET

DATA gelu<>+0(SB)/4, $-0.0005631042295135558
DATA gelu<>+4(SB)/4, $0.0017569130286574364
DATA gelu<>+8(SB)/4, $-0.002548120217397809
DATA gelu<>+12(SB)/4, $0.0040257032960653305
DATA gelu<>+16(SB)/4, $-0.00810218509286642
DATA gelu<>+20(SB)/4, $0.014111533761024475
DATA gelu<>+24(SB)/4, $-0.02135196328163147
DATA gelu<>+28(SB)/4, $0.03020247258245945
DATA gelu<>+32(SB)/4, $-0.04060446098446846
DATA gelu<>+36(SB)/4, $0.05325455218553543
DATA gelu<>+40(SB)/4, $-0.07366643846035004
DATA gelu<>+44(SB)/4, $0.1487480103969574
DATA gelu<>+48(SB)/4, $0.5
DATA gelu<>+52(SB)/4, $0.08864265927977839 // 2/4.75²
DATA gelu<>+56(SB)/4, $-1.0
DATA gelu<>+60(SB)/4, $4.75
DATA gelu<>+64(SB)/4, $-4.75
GLOBL gelu<>(SB), RODATA|NOPTR, $68

// EXP: e^x is 2^i·e^r, where i is the integer nearest to x/ln 2 and r what is left, for
// which a polynomial does. i is added to the exponent. x is no less than -86, so that the
// result is no subnormal number.
#define LARGEST1(at, acc, acc2) \
	VMAXPS at(SI)(AX*1), acc, acc

#define EXP1(at, acc, acc2) \
	VMOVUPS      at(SI)(AX*1), V2; \
	VSUBPS       V13, V2, V2; \
	VMAXPS       V12, V2, V2; \
	VMULPS       V11, V2, V1; \
	VCVTPS2DQ    V1, V1; \
	VCVTDQ2PS    V1, V0; \
	VFNMADD231PS V10, V0, V2; \
	VFNMADD231PS V9, V0, V2; \
	VBROADCASTSS exp<>+0(SB), V3; \
	TERM(exp<>+4(SB)); \
	TERM(exp<>+8(SB)); \
	TERM(exp<>+12(SB)); \
	TERM(exp<>+16(SB)); \
	TERM(exp<>+20(SB)); \
	VPSLLD       $23, V1, V1; \
	VPADDD       V1, V3, V3; \
	VADDPS       V3, acc, acc; \
	VMOVUPS      V3, at(SI)(AX*1)

#define EXP(x, n, sum) \
	ROW(x, n); \
	VBROADCASTSS exp<>+40(SB), V14; \
	VBROADCASTSS exp<>+40(SB), V15; \
largest: \
	EACH(LARGEST1); \
	NEXT; \
	JLT largest; \
	HALVES; \
	FOLD(VMAXPS, VMAXSS, Y14, X14, Y15, X15); \
	VBROADCASTSS X14, V13; \
	VBROADCASTSS exp<>+36(SB), V12; \
	VBROADCASTSS exp<>+24(SB), V11; \
	VBROADCASTSS exp<>+28(SB), V10; \
	VBROADCASTSS exp<>+32(SB), V9; \
	CLEAR; \
	XORQ AX, AX; \
next: \
	EACH(EXP1); \
	NEXT; \
	JLT next; \
	HALVES; \
	SUM; \
	VMOVSS X14, sum; \
	VZEROUPPER; \
	RET

DATA exp<>+0(SB)/4, $0.008290315046906471
DATA exp<>+4(SB)/4, $0.041897933930158615
DATA exp<>+8(SB)/4, $0.1666763573884964
DATA exp<>+12(SB)/4, $0.4999915063381195
DATA exp<>+16(SB)/4, $0.9999997019767761
DATA exp<>+20(SB)/4, $1.0
DATA exp<>+24(SB)/4, $1.4426950408889634 // 1/ln 2
DATA exp<>+28(SB)/4, $0.693359375        // ln 2, but for the next
DATA exp<>+32(SB)/4, $-2.12194440e-4
DATA exp<>+36(SB)/4, $-86.0
DATA exp<>+40(SB)/4, $0xff800000 // -Inf
GLOBL exp<>(SB), RODATA|NOPTR, $44

// ADDNORM: R8 the row that is added, R9 and R10 gamma and beta, V13 the mean, V12 what
// makes the variance 1.
#define ADD1(at, acc, acc2) \
	VMOVUPS at(SI)(AX*1), V0; \
	VADDPS  at(R8)(AX*1), V0, V0; \
	VADDPS  V0, acc, acc; \
	VMOVUPS V0, at(SI)(AX*1)

#define SQUARE1(at, acc, acc2) \
	VMOVUPS     at(SI)(AX*1), V0; \
	VSUBPS      V13, V0, V0; \
	VFMADD231PS V0, V0, acc

#define NORM1(at, acc, acc2) \
	VMOVUPS     at(SI)(AX*1), V0; \
	VSUBPS      V13, V0, V0; \
	VMULPS      V12, V0, V0; \
	VMOVUPS     at(R9)(AX*1), V1; \
	VFMADD213PS at(R10)(AX*1), V1, V0; \
	VMOVUPS     V0, at(SI)(AX*1)

#define ADDNORM(x, y, gamma, beta, n) \
	ROW(x, n); \
	MOVQ y, R8; \
	MOVQ gamma, R9; \
	MOVQ beta, R10; \
	CLEAR; \
add: \
	EACH(ADD1); \
	NEXT; \
	JLT add; \
	HALVES; \
	SUM; \
	VXORPS    X11, X11, X11; \
	VCVTSI2SSQ n, X11, X11; \
	VDIVSS    X11, X14, X14; \
	VBROADCASTSS X14, V13; \
	CLEAR; \
	XORQ AX, AX; \
square: \
	EACH(SQUARE1); \
	NEXT; \
	JLT square; \
	HALVES; \
	SUM; \
	VDIVSS  X11, X14, X14; \
	VADDSS  norm<>+0(SB), X14, X14; \
	VSQRTSS X14, X14, X14; \
	VMOVSS  norm<>+4(SB), X15; \
	VDIVSS  X14, X15, X14; \
	VBROADCASTSS X14, V12; \
	XORQ AX, AX; \
norm: \
	EACH(NORM1); \
	NEXT; \
	JLT norm; \
	VZEROUPPER; \
	RET

DATA norm<>+0(SB)/4, $1e-12
DATA norm<>+4(SB)/4, $1.0
GLOBL norm<>(SB), RODATA|NOPTR, $8

// SPAN: R8 the factors.
#define SPAN1(at, acc, acc2) \
	VMOVUPS at(SI)(AX*1), V0; \
	VMULPS  at(R8)(AX*1), V0, V0; \
	VMAXPS  V0, acc, acc; \
	VMINPS  V0, acc2, acc2

#define SPAN(x, factors, n, low, high) \
	ROW(x, n); \
	MOVQ factors, R8; \
	CLEAR; \
	VXORPS Y7, Y7, Y7; \
	VXORPS Y8, Y8, Y8; \
next: \
	EACH(SPAN1); \
	NEXT; \
	JLT next; \
	HALVES; \
	FOLD(VMAXPS, VMAXSS, Y14, X14, Y15, X15); \
	FOLD(VMINPS, VMINSS, Y7, X7, Y8, X8); \
	VMOVSS X7, low; \
	VMOVSS X14, high; \
	VZEROUPPER; \
	RET

// QUANTISE: R8 the factors, R9 where the bytes go, V13 the inverse of the scale, V12 the
// offset. PACK makes 16 bytes of the integers of EACH, which are not negative, at (R9).
#define QUANTISE1(at, acc, acc2) \
	VMOVUPS   at(SI)(AX*1), acc; \
	VMULPS    at(R8)(AX*1), acc, acc; \
	VMULPS    V13, acc, acc; \
	VCVTPS2DQ acc, acc; \
	VPSUBD    V12, acc, acc

#define QUANTISE(x, factors, n, inverse, offset, out) \
	ROW(x, n); \
	MOVQ factors, R8; \
	MOVQ out, R9; \
	VBROADCASTSS inverse, V13; \
	VPBROADCASTD offset, V12; \
next: \
	EACH(QUANTISE1); \
	PACK; \
	ADDQ $16, R9; \
	NEXT; \
	JLT next; \
	VZEROUPPER; \
	RET
