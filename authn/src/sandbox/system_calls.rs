//! seccomp: calls that a relay never makes and an intruder would. They fail with EPERM; what could
//! only be inspected in part fails as if the kernel did not know it.
//!
//! A list of what is forbidden, not of what is allowed: a C library or runtime that learns a new
//! call must not stop working.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, sock_filter,
};

/// EPERM of Linux.
const EPERM: u32 = 1;
/// ENOSYS of Linux.
const ENOSYS: u32 = 38;

/// Name, number on x86-64, number on AArch64 (the kernel's `syscall_64.tbl` and
/// `asm-generic/unistd.h`).
const FORBIDDEN: &[(&str, i64, i64)] = &[
    ("acct", 163, 89),
    ("add_key", 248, 217),
    ("bpf", 321, 280),
    ("chroot", 161, 51),
    ("clock_settime", 227, 112),
    ("delete_module", 176, 106),
    ("execve", 59, 221),
    ("execveat", 322, 281),
    ("finit_module", 313, 273),
    ("fsconfig", 431, 431),
    ("fsmount", 432, 432),
    ("fsopen", 430, 430),
    ("init_module", 175, 105),
    ("io_uring_enter", 426, 426),
    ("io_uring_register", 427, 427),
    ("io_uring_setup", 425, 425),
    ("kcmp", 312, 272),
    ("kexec_file_load", 320, 294),
    ("kexec_load", 246, 104),
    ("keyctl", 250, 219),
    ("mount", 165, 40),
    ("mount_setattr", 442, 442),
    ("move_mount", 429, 429),
    ("name_to_handle_at", 303, 264),
    ("open_by_handle_at", 304, 265),
    ("open_tree", 428, 428),
    ("perf_event_open", 298, 241),
    ("pidfd_getfd", 438, 438),
    ("pivot_root", 155, 41),
    ("process_madvise", 440, 440),
    ("process_vm_readv", 310, 270),
    ("process_vm_writev", 311, 271),
    ("ptrace", 101, 117),
    ("quotactl", 179, 60),
    ("reboot", 169, 142),
    ("request_key", 249, 218),
    ("setdomainname", 171, 162),
    ("sethostname", 170, 161),
    ("setns", 308, 268),
    ("settimeofday", 164, 170),
    ("swapoff", 168, 225),
    ("swapon", 167, 224),
    ("umount2", 166, 39),
    ("unshare", 272, 97),
    ("userfaultfd", 323, 282),
    ("vhangup", 153, 58),
];

/// Flags of `clone` that make a namespace (the kernel's `sched.h`): in a user namespace of its own
/// a process is an administrator. Mount, cgroup, UTS, IPC, user, PID, network.
const NAMESPACES: &[u64] = &[
    0x0002_0000,
    0x0200_0000,
    0x0400_0000,
    0x0800_0000,
    0x1000_0000,
    0x2000_0000,
    0x4000_0000,
];
/// `clone` on x86-64 and AArch64; its flags are its first argument on both.
const CLONE: (i64, i64) = (56, 220);
/// `clone3`, on both. Its flags lie in memory, which a filter cannot read.
const CLONE3: u32 = 435;
/// Where the numbers of the x32 ABI begin: the same calls once more under other numbers.
const X32: u32 = 0x4000_0000;

/// Forbids them to this thread and all that it starts.
pub(super) fn forbid() -> Result<(), String> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|error| error.to_string())?;
    seccompiler::apply_filter(&program(arch)?).map_err(|error| error.to_string())
}

/// A call of another architecture (32 bits) ends the process.
fn program(arch: TargetArch) -> Result<BpfProgram, String> {
    let number = |x86_64: i64, aarch64: i64| match arch {
        TargetArch::x86_64 => Some(x86_64),
        TargetArch::aarch64 => Some(aarch64),
        _ => None,
    };
    let Some(clone) = number(CLONE.0, CLONE.1) else {
        return Err("their numbers are not known on this kind of processor".to_owned());
    };
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = FORBIDDEN
        .iter()
        .filter_map(|&(_, x86_64, aarch64)| number(x86_64, aarch64))
        .map(|number| (number, Vec::new()))
        .collect();
    rules.insert(clone, new_namespaces().map_err(|error| error.to_string())?);
    let filter = SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(EPERM),
        arch,
    );
    let listed: BpfProgram = filter
        .and_then(TryInto::try_into)
        .map_err(|error| error.to_string())?;
    Ok([unknown_calls(), listed].concat())
}

fn new_namespaces() -> seccompiler::Result<Vec<SeccompRule>> {
    let flag = |&flag: &u64| {
        let is_set = SeccompCmpOp::MaskedEq(flag);
        let condition = SeccompCondition::new(0, SeccompCmpArgLen::Qword, is_set, flag)?;
        SeccompRule::new(vec![condition])
    };
    Ok(NAMESPACES.iter().map(flag).collect::<Result<_, _>>()?)
}

/// Before the list: `clone3` and all of x32 are answered as a kernel answers that does not have
/// them, so that the C library takes `clone` for a thread.
fn unknown_calls() -> BpfProgram {
    // Opcodes of linux/bpf_common.h: BPF_LD|W|ABS, BPF_JMP|JGE|K, BPF_JMP|JEQ|K, BPF_RET|K.
    let step = |code, k, jt, jf| sock_filter { code, jt, jf, k };
    vec![
        step(0x20, 0, 0, 0),
        step(0x35, X32, 1, 0),
        step(0x15, CLONE3, 0, 1),
        step(0x06, u32::from(SeccompAction::Errno(ENOSYS)), 0, 0),
    ]
}

#[cfg(test)]
mod tests;
