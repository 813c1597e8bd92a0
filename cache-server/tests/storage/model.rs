//! Random batches: after each, an engine holds, lists and answers what an ordered map would.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use cache_server::storage::{Batch, Change, Error, Outcome, Require, SharedStorage, Version};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use tokio::runtime::Runtime;

use crate::support::{keys_after, names_after, path};

/// Few names, so that writes meet; none is a folder of another one, which `local_disk` refuses.
const NAMES: [&str; 10] = ["a", "a-b", "a.b/x", "a0/1", "b/a", "b/a-b", "b/c/d", "b/c/d-e", "b/c-d/e", "b/ü \\.json"];

#[derive(Debug, Clone)]
enum Step {
    Put(Vec<u8>),
    Delete,
    /// Adds a byte to what is there.
    Append(u8),
    /// Keeps it if it is there and even in length, else removes it.
    KeepEven,
}

/// A condition on an object: met or not at the time the batch is built.
#[derive(Debug, Clone, Copy)]
enum Condition {
    Absent,
    /// The version it has now.
    Now,
    /// A version it had once, or never.
    Old,
}

#[derive(Debug, Clone)]
struct Random {
    conditions: Vec<(usize, Condition)>,
    steps: Vec<(usize, Step, bool)>,
    after: Option<(usize, usize)>,
    limit: usize,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => prop::collection::vec(any::<u8>(), 0..40).prop_map(Step::Put),
        1 => any::<u8>().prop_map(|byte| Step::Put(vec![byte; 20_000])),
        3 => Just(Step::Delete),
        3 => any::<u8>().prop_map(Step::Append),
        1 => Just(Step::KeepEven),
    ]
}

fn random() -> impl Strategy<Value = Random> {
    let name = 0..NAMES.len();
    let condition = prop_oneof![Just(Condition::Absent), Just(Condition::Now), Just(Condition::Old)];
    let conditions = prop::collection::vec((name.clone(), condition), 0..3);
    let steps = prop::collection::vec((name.clone(), step(), any::<bool>()), 0..6);
    let after = prop::option::of((name, 0..12_usize));
    (conditions, steps, after, 0..8_usize).prop_map(|(conditions, steps, after, limit)| Random {
        conditions,
        steps,
        after,
        limit,
    })
}

/// What the storage should hold, by name, and every version a name had.
#[derive(Default)]
struct Model {
    objects: BTreeMap<String, (Vec<u8>, Version)>,
    old: BTreeMap<String, Vec<Version>>,
}

impl Model {
    fn requires(&self, at: &str, condition: Condition) -> (Require, bool) {
        let now = self.objects.get(at).map(|(_, version)| version);
        let unknown = || Version::parse("unknown");
        match condition {
            Condition::Absent => (Require::Absent(path(at)), now.is_none()),
            Condition::Now => (Require::Version(path(at), now.cloned().unwrap_or_else(unknown)), now.is_some()),
            Condition::Old => {
                let old = self.old.get(at).and_then(|versions| versions.iter().find(|old| Some(*old) != now));
                (Require::Version(path(at), old.cloned().unwrap_or_else(unknown)), false)
            }
        }
    }

    /// Applies a step and tells what its outcome should be: the content of a written object, removed, or unchanged.
    fn apply(&mut self, at: &str, step: &Step) -> Expected {
        let now = self.objects.get(at).map(|(value, _)| value.clone());
        let new = match step {
            Step::Put(value) => Some(value.clone()),
            Step::Append(byte) => Some([now.clone().unwrap_or_default(), vec![*byte]].concat()),
            Step::KeepEven if now.as_ref().is_some_and(|now| now.len() % 2 == 0) => return Expected::Unchanged,
            Step::Delete | Step::KeepEven => None,
        };
        match new {
            Some(value) => {
                self.objects.insert(at.to_owned(), (value, Version::parse("")));
                Expected::Written
            }
            None if self.objects.remove(at).is_some() => Expected::Deleted,
            None => Expected::Unchanged,
        }
    }
}

#[derive(Debug, PartialEq)]
enum Expected {
    Written,
    Deleted,
    Unchanged,
}

fn add(batch: &mut Batch, at: &str, step: &Step) {
    match step.clone() {
        Step::Put(value) => batch.put(path(at), value),
        Step::Delete => batch.delete(path(at)),
        Step::Append(byte) => {
            batch.edit(path(at), move |now| Change::Put([now.unwrap_or_default(), &[byte]].concat().into()))
        }
        Step::KeepEven => batch.edit(path(at), |now| match now {
            Some(now) if now.len() % 2 == 0 => Change::Keep,
            _ => Change::Delete,
        }),
    };
}

/// Runs random batches, each case in a folder of its own.
pub(crate) fn agrees_with_an_ordered_map(storage: &SharedStorage, cases: u32) {
    let runtime = Runtime::new().unwrap();
    let case = AtomicUsize::new(0);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let result = runner.run(&prop::collection::vec(random(), 1..8), |batches| {
        let root = format!("case-{}", case.fetch_add(1, Ordering::Relaxed));
        let mut model = Model::default();
        batches.iter().try_for_each(|random| runtime.block_on(check(storage, &root, &mut model, random)))
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

async fn check(storage: &SharedStorage, root: &str, model: &mut Model, random: &Random) -> Result<(), TestCaseError> {
    let at = |name: usize| format!("{root}/{}", NAMES[name]);
    let mut batch = Batch::new();
    let mut holds = true;
    for (name, condition) in &random.conditions {
        let (require, met) = model.requires(&at(*name), *condition);
        batch.require(require);
        holds &= met;
    }
    for (name, step, then) in &random.steps {
        add(&mut batch, &at(*name), step);
        if *then {
            batch.then();
        }
    }
    match storage.commit(batch).await {
        Err(Error::Precondition { .. }) => prop_assert!(!holds, "the conditions hold"),
        Err(error) => panic!("{error:?}"),
        Ok(outcomes) => {
            prop_assert!(holds, "the conditions do not hold");
            prop_assert_eq!(outcomes.len(), random.steps.len());
            for ((name, step, _), outcome) in random.steps.iter().zip(outcomes) {
                let expected = model.apply(&at(*name), step);
                let happened = match outcome {
                    Outcome::Written(version) => {
                        let versions = model.old.entry(at(*name)).or_default();
                        prop_assert!(!versions.contains(&version), "version {} of {} is new", version, at(*name));
                        versions.push(version.clone());
                        if let Some((_, now)) = model.objects.get_mut(&at(*name)) {
                            *now = version;
                        }
                        Expected::Written
                    }
                    Outcome::Deleted => Expected::Deleted,
                    Outcome::Unchanged => Expected::Unchanged,
                };
                prop_assert_eq!(happened, expected, "{:?} of {}", step, at(*name));
            }
        }
    }
    same_objects(storage, root, model).await?;
    same_listings(storage, root, model, random).await
}

async fn same_objects(storage: &SharedStorage, root: &str, model: &Model) -> Result<(), TestCaseError> {
    let paths: Vec<_> = NAMES.iter().map(|name| path(&format!("{root}/{name}"))).collect();
    for (path, found) in paths.iter().zip(storage.get_many(&paths).await.unwrap()) {
        let found = found.map(|object| (object.bytes.to_vec(), object.version));
        prop_assert_eq!(found.as_ref(), model.objects.get(path.as_str()), "{}", path);
    }
    Ok(())
}

async fn same_listings(
    storage: &SharedStorage,
    root: &str,
    model: &Model,
    random: &Random,
) -> Result<(), TestCaseError> {
    for below in ["", "/b", "/b/c", "/a"] {
        let folder = format!("{root}{below}");
        let after = random.after.map(|(name, end)| format!("{root}/{}", NAMES[name].get(..end).unwrap_or(NAMES[name])));
        let is_in = |name: &&String| name.starts_with(&format!("{folder}/")) && Some(*name) > after.as_ref();
        let expected: Vec<_> = model.objects.keys().filter(is_in).take(random.limit).cloned().collect();
        prop_assert_eq!(names_after(storage, &folder, after.as_deref(), random.limit).await, expected);

        let child = |name: &String| {
            let below = name.strip_prefix(&format!("{folder}/"))?;
            Some(below.split_once('/').map_or_else(|| below.to_owned(), |(name, _)| format!("{name}/")))
        };
        let after = random.after.map(|(name, end)| NAMES[name].get(..end).unwrap_or(NAMES[name]).to_owned());
        let after = after.filter(|after| !after.trim_end_matches('/').contains('/'));
        let mut expected: Vec<_> =
            model.objects.keys().filter_map(child).filter(|key| Some(key) > after.as_ref()).collect();
        expected.sort_unstable();
        expected.dedup();
        expected.truncate(random.limit);
        prop_assert_eq!(keys_after(storage, &folder, after.as_deref(), random.limit).await, expected);
    }
    Ok(())
}
