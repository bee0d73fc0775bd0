package sandbox

import "golang.org/x/sys/unix"

const auditArch = unix.AUDIT_ARCH_AARCH64

// legacyCalls are the denied calls that only older architectures have.
var legacyCalls = []uint32{}
