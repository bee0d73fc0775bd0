// A tile of up to six rows by one panel of 16 columns: row r has its sums in Y(2r) and
// Y(2r+1). A step takes one 32-bit element of every row, a float32 or four bytes, and
// multiplies it by the weights of the panel, Y12 and Y13.
//
// Registers: R8 and R9 the rows 0 and 3 at the step, R11 bytes from a row to the next,
// SI the weights at the step, CX steps left, R14 columns left, R15 bytes of those done,
// BX the masks of the columns that there are. When storing DI is the place in the
// result and DX bytes from a row of it to the next.

#define ROW0(OP) OP((R8), Y0, Y1)
#define ROW1(OP) OP((R8)(R11*1), Y2, Y3)
#define ROW2(OP) OP((R8)(R11*2), Y4, Y5)
#define ROW3(OP) OP((R9), Y6, Y7)
#define ROW4(OP) OP((R9)(R11*1), Y8, Y9)
#define ROW5(OP) OP((R9)(R11*2), Y10, Y11)

#define ROWS1(OP) ROW0(OP)
#define ROWS2(OP) ROWS1(OP); ROW1(OP)
#define ROWS3(OP) ROWS2(OP); ROW2(OP)
#define ROWS4(OP) ROWS3(OP); ROW3(OP)
#define ROWS5(OP) ROWS4(OP); ROW4(OP)
#define ROWS6(OP) ROWS5(OP); ROW5(OP)

#define ZERO(at, s0, s1) \
	VPXOR s0, s0, s0; \
	VPXOR s1, s1, s1

// STORE writes a row of the panel, STOREPART only the columns that Y14 and Y15 have.
#define STORE(at, s0, s1) \
	VMOVUPS s0, (DI); \
	VMOVUPS s1, 32(DI); \
	ADDQ    DX, DI

#define STOREPART(at, s0, s1) \
	VMASKMOVPS s0, Y14, (DI); \
	VMASKMOVPS s1, Y15, 32(DI); \
	ADDQ       DX, DI

// BEGIN finds the rows.
#define BEGIN \
	MOVQ a+0(FP), R8; \
	MOVQ aStride+8(FP), R11; \
	LEAQ (R11)(R11*2), R9; \
	ADDQ R8, R9; \
	XORQ R15, R15

// COLUMNS sets BX for the R14 columns left. It clobbers AX.
#define COLUMNS \
	MOVQ    $16, AX; \
	CMPQ    R14, AX; \
	CMOVQLT R14, AX; \
	SHLQ    $2, AX; \
	LEAQ    ·columns+64(SB), BX; \
	SUBQ    AX, BX

// STEPPED goes to the next step's element of the rows.
#define STEPPED \
	ADDQ $4, R8; \
	ADDQ $4, R9; \
	DECQ CX

// BACK takes the rows back over the bytes in AX.
#define BACK \
	SUBQ AX, R8; \
	SUBQ AX, R9

// HEIGHTS jumps to the tile of the rows in AX.
#define HEIGHTS \
	CMPQ AX, $6; \
	JEQ  tile6; \
	CMPQ AX, $5; \
	JEQ  tile5; \
	CMPQ AX, $4; \
	JEQ  tile4; \
	CMPQ AX, $3; \
	JEQ  tile3; \
	CMPQ AX, $2; \
	JEQ  tile2
