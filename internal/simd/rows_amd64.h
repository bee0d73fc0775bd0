// What the kernels have in common. Each takes rows in fours: a number loaded from
// the query serves four rows, four sums do not wait for each other, and while four
// rows are read the lines of the next four are fetched. The last four overlap those
// before, so that what is left over needs no code of its own; only fewer than four
// rows are taken one by one. The lanes of one row are added up as those of four, with
// whatever stands in the other three sums, so that their order is the same.
//
// Registers: SI query, AX offset into every row, R10-R13 the four rows, R15, DI, DX, BX
// the next four, R14 the number of the first of the four in ids, R9 that of the next.

// NEXT4 finds the four rows from ids[R9]: R15, DI, DX, BX. It clobbers AX.
#define NEXT4 \
	MOVQ  ids+32(FP), BX; \
	LEAQ  (BX)(R9*4), BX; \
	MOVQ  stride+24(FP), DX; \
	MOVL  (BX), R15; \
	MOVL  4(BX), DI; \
	MOVL  8(BX), AX; \
	MOVL  12(BX), BX; \
	IMULQ DX, R15; \
	IMULQ DX, DI; \
	IMULQ DX, AX; \
	IMULQ DX, BX; \
	MOVQ  AX, DX; \
	MOVQ  rows+8(FP), AX; \
	ADDQ  AX, R15; \
	ADDQ  AX, DI; \
	ADDQ  AX, DX; \
	ADDQ  AX, BX

// TAKE4 makes the next four the present ones and finds those after them, of which
// the last are the last four rows.
#define TAKE4 \
	MOVQ    R15, R10; \
	MOVQ    DI, R11; \
	MOVQ    DX, R12; \
	MOVQ    BX, R13; \
	MOVQ    R9, R14; \
	MOVQ    n+40(FP), AX; \
	SUBQ    $4, AX; \
	ADDQ    $4, R9; \
	CMPQ    R9, AX; \
	CMOVQGT AX, R9; \
	NEXT4

// TAKE1 finds the row ids[R14]: R10. It clobbers AX.
#define TAKE1 \
	MOVQ  ids+32(FP), AX; \
	MOVL  (AX)(R14*4), R10; \
	IMULQ stride+24(FP), R10; \
	ADDQ  rows+8(FP), R10

// FETCH asks for one cache line of each of the next four rows.
#define FETCH(at) \
	PREFETCHT0 at(R15)(AX*1); \
	PREFETCHT0 at(DI)(AX*1); \
	PREFETCHT0 at(DX)(AX*1); \
	PREFETCHT0 at(BX)(AX*1)

// SUM4INT adds up the 32-bit lanes of Z0 to Z3: the four lanes of X4.
#define SUM4INT \
	VPUNPCKLDQ    Z1, Z0, Z4; \
	VPUNPCKHDQ    Z1, Z0, Z5; \
	VPUNPCKLDQ    Z3, Z2, Z6; \
	VPUNPCKHDQ    Z3, Z2, Z7; \
	VPADDD        Z5, Z4, Z4; \
	VPADDD        Z7, Z6, Z6; \
	VPUNPCKLQDQ   Z6, Z4, Z5; \
	VPUNPCKHQDQ   Z6, Z4, Z7; \
	VPADDD        Z7, Z5, Z4; \
	VEXTRACTI64X4 $1, Z4, Y5; \
	VPADDD        Y5, Y4, Y4; \
	VEXTRACTI128  $1, Y4, X5; \
	VPADDD        X5, X4, X4
