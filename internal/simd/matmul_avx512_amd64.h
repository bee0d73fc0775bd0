// A tile of up to 12 rows by two panels of 16 columns: row r has its sums in Z(2r) and
// Z(2r+1). A step takes one 32-bit element of every row, a float32 or four bytes, and
// multiplies it by the weights of both panels, Z24 and Z25.
//
// Registers: R8, R9, R10 the rows 0, 4 and 8 at the step, R11 bytes from a row to the
// next and R12 three times as many, SI the weights at the step, CX steps left, R14
// columns left, R15 bytes of those done, K1 and K2 which columns of the panels there
// are. When storing DI is the place in the result.

#define ROW0(OP) OP((R8), Z0, Z1)
#define ROW1(OP) OP((R8)(R11*1), Z2, Z3)
#define ROW2(OP) OP((R8)(R11*2), Z4, Z5)
#define ROW3(OP) OP((R8)(R12*1), Z6, Z7)
#define ROW4(OP) OP((R9), Z8, Z9)
#define ROW5(OP) OP((R9)(R11*1), Z10, Z11)
#define ROW6(OP) OP((R9)(R11*2), Z12, Z13)
#define ROW7(OP) OP((R9)(R12*1), Z14, Z15)
#define ROW8(OP) OP((R10), Z16, Z17)
#define ROW9(OP) OP((R10)(R11*1), Z18, Z19)
#define ROW10(OP) OP((R10)(R11*2), Z20, Z21)
#define ROW11(OP) OP((R10)(R12*1), Z22, Z23)

#define ROWS1(OP) ROW0(OP)
#define ROWS2(OP) ROWS1(OP); ROW1(OP)
#define ROWS3(OP) ROWS2(OP); ROW2(OP)
#define ROWS4(OP) ROWS3(OP); ROW3(OP)
#define ROWS5(OP) ROWS4(OP); ROW4(OP)
#define ROWS6(OP) ROWS5(OP); ROW5(OP)
#define ROWS7(OP) ROWS6(OP); ROW6(OP)
#define ROWS8(OP) ROWS7(OP); ROW7(OP)
#define ROWS9(OP) ROWS8(OP); ROW8(OP)
#define ROWS10(OP) ROWS9(OP); ROW9(OP)
#define ROWS11(OP) ROWS10(OP); ROW10(OP)
#define ROWS12(OP) ROWS11(OP); ROW11(OP)

#define ZERO(at, s0, s1) \
	VPXORQ s0, s0, s0; \
	VPXORQ s1, s1, s1

// BEGIN finds the rows. It clobbers AX.
#define BEGIN \
	MOVQ a+0(FP), R8; \
	MOVQ aStride+8(FP), R11; \
	LEAQ (R11)(R11*2), R12; \
	LEAQ (R8)(R11*4), R9; \
	LEAQ (R9)(R11*4), R10; \
	XORQ R15, R15

// COLUMNS sets K1 and K2 for the R14 columns left. It clobbers AX and BX.
#define COLUMNS \
	MOVQ    $32, BX; \
	CMPQ    R14, BX; \
	CMOVQLT R14, BX; \
	MOVL    $-1, AX; \
	BZHIQ   BX, AX, AX; \
	KMOVW   AX, K1; \
	SHRQ    $16, AX; \
	KMOVW   AX, K2

// STEPPED goes to the next step's element of the rows.
#define STEPPED \
	ADDQ $4, R8; \
	ADDQ $4, R9; \
	ADDQ $4, R10; \
	DECQ CX

// BACK takes the rows back over the bytes in AX.
#define BACK \
	SUBQ AX, R8; \
	SUBQ AX, R9; \
	SUBQ AX, R10

// HEIGHTS jumps to the tile of the rows in AX.
#define HEIGHTS \
	CMPQ AX, $12; \
	JEQ  tile12; \
	CMPQ AX, $11; \
	JEQ  tile11; \
	CMPQ AX, $10; \
	JEQ  tile10; \
	CMPQ AX, $9; \
	JEQ  tile9; \
	CMPQ AX, $8; \
	JEQ  tile8; \
	CMPQ AX, $7; \
	JEQ  tile7; \
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
