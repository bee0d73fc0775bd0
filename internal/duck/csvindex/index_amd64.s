#include "textflag.h"

// func markAVX2(masks *uint64, buf *byte, blocks int, delim byte) (odd uint32)
//
// For each block of 64 bytes one mask: bit i is set where byte i is delim, a
// quote, \n or \r. odd is not zero where some byte is NUL or beyond ASCII.
TEXT ·markAVX2(SB), NOSPLIT, $0-36
	MOVQ masks+0(FP), DI
	MOVQ buf+8(FP), SI
	MOVQ blocks+16(FP), CX

	VPBROADCASTB delim+24(FP), Y0
	MOVL         $0x22, AX
	MOVQ         AX, X1
	VPBROADCASTB X1, Y1             // quotes
	MOVL         $0x0a, AX
	MOVQ         AX, X2
	VPBROADCASTB X2, Y2             // \n
	MOVL         $0x0d, AX
	MOVQ         AX, X3
	VPBROADCASTB X3, Y3             // \r
	VPXOR        Y4, Y4, Y4         // NULs
	VPXOR        Y5, Y5, Y5         // high bits of all that is odd

block:
	VMOVDQU (SI), Y6
	VMOVDQU 32(SI), Y7

	VPCMPEQB Y0, Y6, Y8
	VPCMPEQB Y1, Y6, Y9
	VPCMPEQB Y2, Y6, Y10
	VPCMPEQB Y3, Y6, Y11
	VPOR     Y9, Y8, Y8
	VPOR     Y11, Y10, Y10
	VPOR     Y10, Y8, Y8
	VPMOVMSKB Y8, AX

	VPCMPEQB Y0, Y7, Y12
	VPCMPEQB Y1, Y7, Y13
	VPCMPEQB Y2, Y7, Y14
	VPCMPEQB Y3, Y7, Y15
	VPOR     Y13, Y12, Y12
	VPOR     Y15, Y14, Y14
	VPOR     Y14, Y12, Y12
	VPMOVMSKB Y12, BX

	SHLQ $32, BX
	ORQ  BX, AX
	MOVQ AX, (DI)

	VPCMPEQB Y4, Y6, Y8
	VPCMPEQB Y4, Y7, Y9
	VPOR     Y6, Y5, Y5
	VPOR     Y7, Y8, Y8
	VPOR     Y9, Y5, Y5
	VPOR     Y8, Y5, Y5

	ADDQ $64, SI
	ADDQ $8, DI
	DECQ CX
	JNZ  block

	VPMOVMSKB Y5, AX
	MOVL      AX, odd+32(FP)
	VZEROUPPER
	RET
