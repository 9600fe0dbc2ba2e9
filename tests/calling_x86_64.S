/* SPDX-License-Identifier: MIT */
/* calling_x86_64.S - see calling.h.  System V ABI: rbx rbp r12-r15 and rsp; above rsp the caller's frame; control bits
 * of MXCSR, the x87 control word; x87 stack empty, direction flag clear.  As notes: MXCSR's sticky flags, and upper
 * halves of vector registers in use (XINUSE bits 2 and 6 by XGETBV with ECX = 1), which slow down SSE code: missing
 * vzeroupper. */

#define RBX 0
#define RBP 1
#define R12 2
#define R13 3
#define R14 4
#define R15 5
#define RSP 6
#define FRAME0 7
#define FRAME1 8
#define FRAME2 9
#define MXCSR 10
#define X87_CONTROL 11
#define X87_TAGS 12
#define DIRECTION 13
#define STICKY 14
#define UPPER 15

#define BEFORE(slot) (8 * (slot))
#define AFTER(slot) (256 + 8 * (slot))
#define RESULT 512

#define FUNCTION(name) .globl name; .type name, @function; name

	.local report, stack, function, uppers, environment
	.comm report, 8, 8
	.comm stack, 8, 8
	.comm function, 8, 8
	.comm uppers, 8, 8
	.comm environment, 32, 8

	.text

/* UPPER: AVX enabled by CPU and system, and XGETBV with ECX = 1 that tells clean from used. */
FUNCTION(calling_observable):
	push %rbx
	mov $1, %eax
	xor %ecx, %ecx
	cpuid
	and $0x18000000, %ecx /* OSXSAVE, AVX */
	cmp $0x18000000, %ecx
	jne 1f
	xor %ecx, %ecx
	xgetbv
	and $6, %eax
	cmp $6, %eax
	jne 1f
	xor %eax, %eax
	cpuid
	cmp $13, %eax
	jb 1f
	mov $13, %eax
	mov $1, %ecx
	cpuid
	test $4, %eax
	jz 1f
	vzeroupper /* not every CPU that has the bits keeps them */
	mov $1, %ecx
	xgetbv
	test $0x44, %eax
	jnz 1f
	movq $1, uppers(%rip)
	mov $((2 << UPPER) - 1), %eax
	pop %rbx
	ret
1:	movq $0, uppers(%rip)
	mov $((1 << UPPER) - 1), %eax
	pop %rbx
	ret

/* Machine state into the slots from MXCSR on of the block at r11, whose BEFORE or AFTER is `base`. */
	.macro write_state base
	movq $0, \base + 8 * MXCSR(%r11)
	stmxcsr \base + 8 * MXCSR(%r11)
	mov \base + 8 * MXCSR(%r11), %rax
	mov %rax, \base + 8 * STICKY(%r11)
	movq $0, \base + 8 * X87_CONTROL(%r11)
	fnstcw \base + 8 * X87_CONTROL(%r11)
	fnstenv environment(%rip)
	fldenv environment(%rip)
	movzwl 8 + environment(%rip), %eax
	mov %rax, \base + 8 * X87_TAGS(%r11)
	movq $0, \base + 8 * UPPER(%r11)
	cmpq $0, uppers(%rip)
	je 1f
	mov $1, %ecx
	xgetbv
	mov %eax, %eax
	mov %rax, \base + 8 * UPPER(%r11)
1:
	.endm

	.macro sentinel register, value, slot
	movabs $\value, \register
	mov \register, BEFORE(\slot)(%r11)
	.endm

/* calling_probe(rdi report, rsi function, rdx a, rcx b, r8 c, r9 d) */
FUNCTION(calling_probe):
	push %rbp
	push %rbx
	push %r12
	push %r13
	push %r14
	push %r15
	sub $24, %rsp /* the frame that the callee must leave alone; rsp is now a multiple of 16 */
	mov %rdi, report(%rip)
	mov %rsi, function(%rip)
	mov %rsp, stack(%rip)
	mov %rdi, %r11
	mov %rdx, %r12 /* the callee's arguments wait here */
	mov %rcx, %r13
	mov %r8, %r14
	mov %r9, %r15
	cld
	cmpq $0, uppers(%rip)
	je 1f
	vzeroupper
1:	write_state 0
	movq $0, BEFORE(DIRECTION)(%r11)
	mov %r12, %rdi
	mov %r13, %rsi
	mov %r14, %rdx
	mov %r15, %rcx
	sentinel %rax, 0x5a5aa5a5f00df00d, FRAME0
	mov %rax, (%rsp)
	sentinel %rax, 0x6b6bb6b6f00df00d, FRAME1
	mov %rax, 8(%rsp)
	sentinel %rax, 0x7c7cc7c7f00df00d, FRAME2
	mov %rax, 16(%rsp)
	mov %rsp, BEFORE(RSP)(%r11)
	sentinel %rbx, 0x1111222233334444, RBX
	sentinel %rbp, 0x2222333344445555, RBP
	sentinel %r12, 0x3333444455556666, R12
	sentinel %r13, 0x4444555566667777, R13
	sentinel %r14, 0x5555666677778888, R14
	sentinel %r15, 0x6666777788889999, R15
	call *function(%rip)

	mov report(%rip), %r11
	mov %rax, RESULT(%r11)
	mov %rbx, AFTER(RBX)(%r11)
	mov %rbp, AFTER(RBP)(%r11)
	mov %r12, AFTER(R12)(%r11)
	mov %r13, AFTER(R13)(%r11)
	mov %r14, AFTER(R14)(%r11)
	mov %r15, AFTER(R15)(%r11)
	mov %rsp, AFTER(RSP)(%r11)
	mov stack(%rip), %rsp
	mov (%rsp), %rax
	mov %rax, AFTER(FRAME0)(%r11)
	mov 8(%rsp), %rax
	mov %rax, AFTER(FRAME1)(%r11)
	mov 16(%rsp), %rax
	mov %rax, AFTER(FRAME2)(%r11)
	pushfq
	pop %rax
	and $0x400, %eax
	mov %rax, AFTER(DIRECTION)(%r11)
	write_state 256

	cld /* as the C code behind us expects it */
	emms
	fldcw BEFORE(X87_CONTROL)(%r11)
	ldmxcsr BEFORE(MXCSR)(%r11)
	cmpq $0, uppers(%rip)
	je 1f
	vzeroupper
1:	add $24, %rsp
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbx
	pop %rbp
	ret

/* ---- functions that break a slot each ---- */

	.macro flips label, register
\label:	notq \register
	ret
	.endm
	flips bad_rbx, %rbx
	flips bad_rbp, %rbp
	flips bad_r12, %r12
	flips bad_r13, %r13
	flips bad_r14, %r14
	flips bad_r15, %r15
	flips bad_frame0, 8(%rsp)
	flips bad_frame1, 16(%rsp)
	flips bad_frame2, 24(%rsp)
	.purgem flips

bad_rsp:
	ret $8

	.macro flips_mxcsr label, bits
\label:	stmxcsr -8(%rsp)
	xorl $\bits, -8(%rsp)
	ldmxcsr -8(%rsp)
	ret
	.endm
	flips_mxcsr bad_rounding, 0x2000
	flips_mxcsr bad_flush, 0x8000
	flips_mxcsr bad_denormals, 0x0040
	flips_mxcsr bad_mask, 0x0200
	flips_mxcsr bad_sticky, 0x0020

bad_x87_control:
	fnstcw -8(%rsp)
	xorw $0x0300, -8(%rsp)
	fldcw -8(%rsp)
	ret
bad_x87_tags:
	fld1
	ret
bad_direction:
	std
	ret
bad_upper: /* true of zeros: of what is there by chance it could set a sticky flag too */
	vxorps %ymm3, %ymm3, %ymm3
	vcmpps $15, %ymm3, %ymm3, %ymm3
	ret

	.macro slot name, mask, rule
	.pushsection .rodata.text, "aS", @progbits
9:	.asciz "\name"
	.popsection
	.quad 9b, \mask, \rule
	.endm
	.macro bad name, slot, label
	.pushsection .rodata.text, "aS", @progbits
9:	.asciz "\name"
	.popsection
	.quad 9b, \slot, \label
	.endm

	.section .data.rel.ro, "aw", @progbits
	.balign 8
	.globl calling_slots
	.type calling_slots, @object
calling_slots: /* in the order of the numbers above */
	slot "rbx", -1, 0
	slot "rbp", -1, 0
	slot "r12", -1, 0
	slot "r13", -1, 0
	slot "r14", -1, 0
	slot "r15", -1, 0
	slot "rsp", -1, 0
	slot "caller's frame, word 0", -1, 0
	slot "caller's frame, word 1", -1, 0
	slot "caller's frame, word 2", -1, 0
	slot "control bits of MXCSR", 0xffc0, 0
	slot "x87 control word", 0xffff, 0
	slot "x87 tags", 0xffff, 0
	slot "direction flag", 0x400, 0
	slot "sticky flags of MXCSR", 0x3f, 2
	slot "upper halves in use (no vzeroupper)", 0x44, 1
	.quad 0, 0, 0

	.globl calling_bad_functions
	.type calling_bad_functions, @object
calling_bad_functions:
	bad "clobbers rbx", RBX, bad_rbx
	bad "clobbers rbp", RBP, bad_rbp
	bad "clobbers r12", R12, bad_r12
	bad "clobbers r13", R13, bad_r13
	bad "clobbers r14", R14, bad_r14
	bad "clobbers r15", R15, bad_r15
	bad "pops its caller's word", RSP, bad_rsp
	bad "writes its caller's frame", FRAME0, bad_frame0
	bad "writes its caller's frame", FRAME1, bad_frame1
	bad "writes its caller's frame", FRAME2, bad_frame2
	bad "leaves another rounding", MXCSR, bad_rounding
	bad "leaves flush to zero", MXCSR, bad_flush
	bad "leaves denormals are zeros", MXCSR, bad_denormals
	bad "leaves an exception unmasked", MXCSR, bad_mask
	bad "leaves another x87 precision", X87_CONTROL, bad_x87_control
	bad "leaves a value on the x87 stack", X87_TAGS, bad_x87_tags
	bad "leaves the direction flag set", DIRECTION, bad_direction
	bad "leaves a sticky flag", STICKY, bad_sticky
	bad "returns without vzeroupper", UPPER, bad_upper
	.quad 0, 0, 0

	.section .note.GNU-stack, "", @progbits
