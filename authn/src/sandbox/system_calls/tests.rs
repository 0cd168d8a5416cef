//! What the program of the filter answers, run as the kernel runs it.

use seccompiler::{BpfProgram, TargetArch};

use super::{FORBIDDEN, program};

const X86_64: u32 = 0xC000_003E;
const I386: u32 = 0x4000_0003;
const AARCH64: u32 = 0xC000_00B7;

const ALLOW: u32 = 0x7FFF_0000;
const KILL_PROCESS: u32 = 0x8000_0000;
const EPERM: u32 = 0x0005_0001;
const ENOSYS: u32 = 0x0005_0026;

/// What a thread is made with: memory, files, signal handlers, thread group and more are shared.
const THREAD: u64 = 0x003D_0F00;

/// The classic BPF of `seccomp(2)`, as far as the program uses it.
fn run(program: &BpfProgram, arch: u32, number: u32, flags: u64) -> u32 {
    let (mut accumulator, mut at) = (0_u32, 0_usize);
    loop {
        let step = &program[at];
        at += 1;
        let holds = match step.code {
            0x20 => {
                // struct seccomp_data: number, architecture, instruction, arguments.
                accumulator = match step.k {
                    0 => number,
                    4 => arch,
                    16 => flags as u32,
                    20 => (flags >> 32) as u32,
                    other => panic!("nothing of the call stands at {other}"),
                };
                continue;
            }
            0x54 => {
                accumulator &= step.k;
                continue;
            }
            0x05 => {
                at += step.k as usize;
                continue;
            }
            0x06 => return step.k,
            0x15 => accumulator == step.k,
            0x25 => accumulator > step.k,
            0x35 => accumulator >= step.k,
            other => panic!("{other:#x} is not interpreted"),
        };
        at += usize::from(if holds { step.jt } else { step.jf });
    }
}

#[test]
fn a_call_has_no_second_number_and_no_namespace_is_made() {
    let x86_64 = program(TargetArch::x86_64).unwrap();
    let aarch64 = program(TargetArch::aarch64).unwrap();
    for (program, arch, number, flags, expected, what) in [
        (&x86_64, X86_64, 0, 0, ALLOW, "read"),
        (&x86_64, X86_64, 59, 0, EPERM, "execve"),
        (&x86_64, X86_64, 272, 0, EPERM, "unshare"),
        (&x86_64, X86_64, 56, THREAD, ALLOW, "a thread"),
        (&x86_64, X86_64, 56, 17, ALLOW, "fork, which is no program"),
        (&x86_64, X86_64, 56, 0x1000_0011, EPERM, "clone: user"),
        (&x86_64, X86_64, 56, 0x4000_0000, EPERM, "clone: network"),
        (&x86_64, X86_64, 56, 0x0002_0011, EPERM, "clone: mount"),
        (&x86_64, X86_64, 435, 0, ENOSYS, "clone3"),
        (&x86_64, X86_64, 0x4000_0000, 0, ENOSYS, "x32: read"),
        (&x86_64, X86_64, 0x4000_0208, 0, ENOSYS, "x32: execve"),
        (&x86_64, X86_64, 0x4000_0209, 0, ENOSYS, "x32: ptrace"),
        (&x86_64, X86_64, 0x4000_0110, 0, ENOSYS, "x32: unshare"),
        (&x86_64, X86_64, u32::MAX, 0, ENOSYS, "no number"),
        (&x86_64, I386, 11, 0, KILL_PROCESS, "i386: execve"),
        (&x86_64, I386, 3, 0, KILL_PROCESS, "i386: read"),
        (&aarch64, AARCH64, 63, 0, ALLOW, "read"),
        (&aarch64, AARCH64, 221, 0, EPERM, "execve"),
        (&aarch64, AARCH64, 220, THREAD, ALLOW, "a thread"),
        (&aarch64, AARCH64, 220, 0x1000_0011, EPERM, "clone: user"),
        (&aarch64, AARCH64, 435, 0, ENOSYS, "clone3"),
        (
            &aarch64,
            X86_64,
            63,
            0,
            KILL_PROCESS,
            "of another processor",
        ),
    ] {
        let answer = run(program, arch, number, flags);
        assert_eq!(answer, expected, "{what}: {answer:#x}");
    }
}

#[test]
fn all_of_the_list_is_forbidden() {
    for (arch, audit) in [(TargetArch::x86_64, X86_64), (TargetArch::aarch64, AARCH64)] {
        let program = program(arch).unwrap();
        for &(name, x86_64, aarch64) in FORBIDDEN {
            let number = if audit == X86_64 { x86_64 } else { aarch64 };
            let number = u32::try_from(number).unwrap();
            assert_eq!(run(&program, audit, number, 0), EPERM, "{name}");
        }
    }
}

/// The C library makes threads with `clone3` where it can.
#[test]
fn threads_are_still_made() {
    let made = std::thread::spawn(|| {
        super::forbid().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(4)
            .enable_all()
            .build()
            .unwrap();
        let program = std::process::Command::new("true").status();
        let number = runtime.block_on(async { tokio::task::spawn_blocking(|| 7).await.unwrap() });
        (number, program.map_err(|error| error.kind()))
    });
    let (number, program) = made.join().unwrap();
    assert_eq!(number, 7);
    assert_eq!(program.unwrap_err(), std::io::ErrorKind::PermissionDenied);
}
