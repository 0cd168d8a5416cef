//! Arrays in all their states, and files that are none.

use super::{Array, arrays};

fn check(text: &str, expected: Result<&[Array<'_>], &str>) {
    let found = arrays(text);
    let found = found.as_deref().map_err(String::as_str);
    assert_eq!(found, expected, "{text}");
}

#[test]
fn a_healthy_array_and_what_stands_around_it() {
    let healthy = Array {
        name: "md0",
        state: "active",
        disks_active: 2,
        disks_required: 2,
        blocks: 248_896,
        blocks_synced: 248_896,
        ..Array::default()
    };
    let line = "md0 : active raid1 sdi1[0] sdj1[1]\n      248896 blocks [2/2] [UU]\n";
    check(line, Ok(std::slice::from_ref(&healthy)));
    let whole = format!("Personalities : [raid1]\n{line}\nunused devices: <none>\n");
    check(&whole, Ok(std::slice::from_ref(&healthy)));
    let bitmap = format!("{line}      bitmap: 0/30 pages [0KB], 65536KB chunk\n");
    check(&bitmap, Ok(std::slice::from_ref(&healthy)));
}

#[test]
fn what_is_done_to_an_array_is_its_state() {
    let degraded = "md6 : active raid1 sdb2[2](F) sdc[1](S) sda2[0]\n      100 blocks [2/1] [U_]\n";
    let array = Array {
        name: "md6",
        state: "active",
        disks_active: 1,
        disks_failed: 1,
        disks_spare: 1,
        disks_required: 2,
        blocks: 100,
        blocks_synced: 100,
    };
    check(degraded, Ok(std::slice::from_ref(&array)));
    let actions = [
        (
            "[=>..] recovery =  8.5% (16/100) finish=17.0min",
            "recovering",
            16,
        ),
        (
            "[=>..] resync =  8.5% (16/100) finish=17.0min",
            "resyncing",
            16,
        ),
        (
            "[=>..] check =  8.5% (16/100) finish=17.0min",
            "checking",
            16,
        ),
        (
            "[=>..] reshape =  8.5% (16/100) finish=17.0min",
            "reshaping",
            16,
        ),
        ("resync=DELAYED", "resyncing", 0),
        ("resync=PENDING", "resyncing", 0),
    ];
    for (action, state, blocks_synced) in actions {
        let text = format!("{degraded}      bitmap: 1/1\n      {action}\n");
        let expected = Array {
            state,
            blocks_synced,
            ..array.clone()
        };
        check(&text, Ok(&[expected]));
    }
}

#[test]
fn arrays_without_redundancy_or_stopped() {
    let stopped = "md4 : inactive raid1 sda3[0](F) sdb3[1](S)\n      4883648 blocks [2/2] [UU]\n";
    check(
        stopped,
        Ok(&[Array {
            name: "md4",
            state: "inactive",
            disks_failed: 1,
            disks_spare: 1,
            blocks: 4_883_648,
            blocks_synced: 4_883_648,
            ..Array::default()
        }]),
    );
    let striped = "md1 : active raid0 sda1[0] sdb1[1]\n      9 blocks super 1.2 512k chunks\n";
    check(
        striped,
        Ok(&[Array {
            name: "md1",
            state: "active",
            disks_active: 2,
            disks_required: 2,
            blocks: 9,
            blocks_synced: 9,
            ..Array::default()
        }]),
    );
}

#[test]
fn what_is_no_array_is_an_error() {
    check("", Ok(&[]));
    check("Personalities : \nunused devices: <none>\n", Ok(&[]));
    check("md0 :\n", Err("\"md0 :\" names no array"));
    check("md0 : active raid1 a[0]\n", Err("\"\" is no status of md0"));
    let no_counts = "md0 : active raid1 a[0]\n 9 blocks [UU]\n";
    check(no_counts, Err("\" 9 blocks [UU]\" is no status of md0"));
    let no_number = "md0 : active raid1 a[0]\n x blocks [2/2] [UU]\n";
    check(
        no_number,
        Err("\" x blocks [2/2] [UU]\" is no status of md0"),
    );
    let nowhere = "md0 : active raid1 a[0]\n 9 blocks [2/2] [UU]\n  recovery = x\n";
    check(
        nowhere,
        Err("\"  recovery = x\" does not say how far it is"),
    );
}
