//! What is hashed, what is remembered, and what a flood of wrong passwords meets.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use service::{Clock, Secret};
use tokio::task::JoinHandle;

use super::{REMEMBERED_MAX, Users, Verdict, WAITING_MAX, cost, decoy};

const COST: u32 = 4;
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn users(clock: &Clock) -> Arc<Users> {
    let hash = bcrypt::hash("right", COST).unwrap();
    let hashes = BTreeMap::from([("alice".to_owned(), Secret::new(hash))]);
    Arc::new(Users::new(hashes, clock.clone()).unwrap())
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

#[tokio::test]
async fn who_was_hashed_once_is_remembered() {
    let users = users(&Clock::real());
    let right = basic("alice", "right");
    let (new, cut) = (basic("alice", "new"), basic("alic", "eright"));
    assert_eq!(users.check(Some(&right), HERE).await, Verdict::Welcome);
    // With every place taken nobody new is hashed, but who is remembered is not kept waiting.
    let turn = users.turn.lock().await;
    let others = fill(&users, "a").await;
    assert_eq!(users.check(Some(&right), HERE).await, Verdict::Welcome);
    assert_eq!(users.check(Some(&new), HERE).await, Verdict::Busy);
    drop(turn);
    for other in others {
        assert_eq!(other.await.unwrap(), Verdict::Wrong);
    }
    assert_eq!(users.check(Some(&new), HERE).await, Verdict::Wrong);
    let _turn = users.turn.lock().await;
    let _others = fill(&users, "b").await;
    assert_eq!(users.check(Some(&new), HERE).await, Verdict::Wrong);
    // The same bytes, cut elsewhere, are somebody else's.
    assert_eq!(users.check(Some(&cut), HERE).await, Verdict::Busy);
}

#[tokio::test]
async fn one_address_has_one_place() {
    let users = users(&Clock::real());
    let turn = users.turn.lock().await;
    for (number, (from, expected)) in [
        ("192.0.2.1", 1),
        ("::ffff:192.0.2.1", 1),
        ("2001:db8::1", 2),
        ("2001:db8::2:1", 2),
        ("2001:db8:0:1::1", 3),
    ]
    .into_iter()
    .enumerate()
    {
        let before = users.waiting().len();
        let from = from.parse().unwrap();
        let request = asking(&users, &number.to_string(), from);
        if expected == before {
            assert_eq!(request.await.unwrap(), Verdict::Busy, "{from}");
        } else {
            wait_for(&users, expected).await;
        }
    }
    // A scraper of another address gets its turn, and the same password twice is one check.
    let twice = ["right", "right"].map(|password| asking(&users, password, HERE));
    wait_for(&users, 4).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    drop(turn);
    for request in twice {
        assert_eq!(request.await.unwrap(), Verdict::Welcome);
    }
}

#[tokio::test]
async fn a_flood_of_wrong_passwords_is_bounded_and_forgets_nobody() {
    let users = users(&Clock::real());
    assert_eq!(
        users.check(Some(&basic("alice", "right")), HERE).await,
        Verdict::Welcome
    );
    let mut flood = tokio::task::JoinSet::new();
    for number in 0..200 {
        let users = Arc::clone(&users);
        flood.spawn(async move {
            users
                .check(Some(&basic("alice", &number.to_string())), HERE)
                .await
        });
    }
    let verdicts = flood.join_all().await;
    assert!(!verdicts.contains(&Verdict::Welcome) && verdicts.contains(&Verdict::Busy));
    assert!(users.remembered().wrong.len() <= REMEMBERED_MAX);
    assert_eq!(
        users.check(Some(&basic("alice", "right")), HERE).await,
        Verdict::Welcome
    );
}

#[tokio::test]
async fn after_a_wrong_password_there_is_a_pause() {
    let (clock, hands) = Clock::manual(0);
    let users = users(&clock);
    // Each hash takes no time on this clock, so the pause is set by hand.
    let hour = Duration::from_secs(3600);
    *users.turn.lock().await = hour;
    hands.advance(hour);
    assert_eq!(
        users.check(Some(&basic("alice", "right")), HERE).await,
        Verdict::Welcome
    );
    *users.turn.lock().await = hour * 2;
    let waiting = asking(&users, "wrong", HERE);
    while users.turn.try_lock().is_ok() {
        tokio::task::yield_now().await;
    }
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!waiting.is_finished() && users.turn.try_lock().is_err());
}

#[tokio::test]
async fn who_hangs_up_frees_nothing_early_and_is_paid_back_all_the_same() {
    let (clock, hands) = Clock::manual(0);
    let users = users(&clock);
    let now = Duration::from_secs(1);
    hands.advance(now);
    let turn = users.turn.lock().await;
    for request in fill(&users, "").await {
        // hyper drops the request's future when the peer closes.
        request.abort();
        let _ = request.await;
    }
    assert_eq!(users.waiting().len(), WAITING_MAX);
    assert_eq!(
        users.check(Some(&basic("alice", "more")), HERE).await,
        Verdict::Busy
    );
    drop(turn);
    wait_for(&users, 0).await;
    assert_eq!(users.remembered().wrong.len(), WAITING_MAX);
    assert_eq!(*users.turn.lock().await, now);
    assert_eq!(
        users.check(Some(&basic("alice", "0")), HERE).await,
        Verdict::Wrong
    );
}

/// Takes every place; the turn must be held.
async fn fill(users: &Arc<Users>, prefix: &str) -> Vec<JoinHandle<Verdict>> {
    let mut requests = Vec::new();
    for number in 0..WAITING_MAX {
        let from = IpAddr::from([192, 0, 2, number as u8]);
        requests.push(asking(users, &format!("{prefix}{number}"), from));
        wait_for(users, number + 1).await;
    }
    requests
}

async fn wait_for(users: &Users, waiting: usize) {
    while users.waiting().len() != waiting {
        tokio::task::yield_now().await;
    }
}

fn asking(users: &Arc<Users>, password: &str, from: IpAddr) -> JoinHandle<Verdict> {
    let (users, header) = (Arc::clone(users), basic("alice", password));
    tokio::spawn(async move { users.check(Some(&header), from).await })
}

#[test]
fn the_decoy_costs_the_same_and_is_nobodys() {
    let hash = bcrypt::hash("right", 5).unwrap();
    let decoy = decoy(&hash);
    assert_eq!(cost(&decoy), 5);
    assert!(!bcrypt::verify("right", &decoy).unwrap());
}
