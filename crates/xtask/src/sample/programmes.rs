//! Two programmes from templates of the catalogue: started as the app starts them, made the commune's own, ticked.

use anyhow::{Context as _, Result};
use records::{
    change::RecWrites,
    date::{self, Day},
    id::{RecordId, entry_id},
    programme::{self, Period},
};
use serde_json::{Value, json};

use super::{
    Scene,
    people::Author,
    random::Random,
    sheet::{Act, Sheet, document, iso, moment},
};

/// The template, what the commune calls it, the years of its period around the year before.
const PROGRAMMES: [(&str, &str, i64, i64); 2] = [
    (
        "ctr-phoi-hop-bdvtu-ubnd-2021-2025",
        "Chương trình phối hợp công tác dân vận của xã Mẫu (dữ liệu mẫu)",
        -1,
        3,
    ),
    (
        "kl-dan-van-kheo-2020-2025",
        "Phong trào thi đua “Dân vận khéo” của xã Mẫu (dữ liệu mẫu)",
        0,
        2,
    ),
];

/// Forms whose records may prove that a task was done (`nhiem_vu.minh_chung`).
const PROOF: &str = "hoat_dong";

#[derive(Debug)]
pub(crate) struct Programmes {
    acts: Vec<Act>,
    started: Vec<Started>,
    random: Random,
}

#[derive(Debug)]
struct Started {
    programme: RecordId,
    on: Day,
    tasks: Vec<Task>,
}

/// What is known of a task when it is to be ticked.
#[derive(Debug)]
struct Task {
    rec: RecordId,
    form: String,
    version: String,
    due: Option<Day>,
}

pub(crate) fn start(scene: &Scene<'_>) -> Result<Programmes> {
    let mut random = scene.random("programmes");
    let mut programmes = Programmes {
        acts: Vec::new(),
        started: Vec::new(),
        random: random.clone(),
    };
    let (year, ..) = date::to_civil(scene.last_day());
    for (number, (template, name, first, last)) in (1..).zip(PROGRAMMES) {
        let on = scene.working_day(scene.first_day() + 16 + 3 * number);
        let period = Period {
            from: format!("{:04}-01-01", year + first),
            to: format!("{:04}-12-31", year + last - 1),
        };
        let all = begin(scene, (template, &period), on, &mut random)?;
        programmes.take(all, name, on, &mut random);
    }
    Ok(programmes)
}

fn begin(
    scene: &Scene<'_>,
    (template, period): (&str, &Period),
    on: Day,
    random: &mut Random,
) -> Result<Vec<RecWrites>> {
    let catalogue = scene.catalogue;
    let known = catalogue
        .programmes
        .iter()
        .find(|known| known.id == template);
    let known = known.with_context(|| format!("the catalogue has no programme {template}"))?;
    let form = |id| {
        let form = catalogue.form_on(id, &date::format(on));
        form.with_context(|| format!("the catalogue has no form {id}"))
    };
    let forms = (form("chuong_trinh")?, form("nhiem_vu")?);
    let ms = moment(on, random);
    let mut names = random.clone();
    Ok(programme::start(
        known,
        period,
        forms,
        &mut || RecordId::new(ms, random.bytes()),
        &mut || entry_id(names.bytes()),
    ))
}

impl Programmes {
    fn take(&mut self, all: Vec<RecWrites>, name: &str, on: Day, random: &mut Random) {
        let Some((programme, tasks)) = all.split_first() else {
            return;
        };
        let due = |task: &RecWrites| date::parse(task.set.get("han")?.as_str()?);
        let task = |task: &RecWrites| Task {
            rec: task.rec,
            form: task.form.clone(),
            version: task.ver.clone(),
            due: due(task),
        };
        self.started.push(Started {
            programme: programme.rec,
            on,
            tasks: tasks.iter().map(task).collect(),
        });
        let mut own = RecWrites::new(programme.rec, &programme.form, &programme.ver);
        own.set.insert("ten".to_owned(), Value::from(name));
        let number = document(random, "CTr", on);
        own.set.insert("so_ky_hieu".to_owned(), number);
        own.set.insert("@official".to_owned(), true.into());
        self.acts.push(act(moment(on, random), Author::Party, all));
        // The template's name and number are those of its model; the next day the commune writes its own.
        self.acts
            .push(act(moment(on + 1, random), Author::Front, vec![own]));
    }

    /// Every task with its programme.
    pub(crate) fn tasks(&self) -> Vec<(RecordId, RecordId)> {
        let of = |started: &Started| {
            let programme = started.programme;
            let tasks = started.tasks.iter();
            tasks.map(move |task| (programme, task.rec)).collect()
        };
        let all: Vec<Vec<_>> = self.started.iter().map(of).collect();
        all.into_iter().flatten().collect()
    }

    /// The start, and every tick with its proof.
    pub(crate) fn into_acts(mut self, scene: &Scene<'_>, sheets: &[Sheet]) -> Vec<Act> {
        let proofs = sheets.iter().filter(|sheet| sheet.form() == PROOF);
        let proofs: Vec<RecordId> = proofs.map(|sheet| sheet.rec).collect();
        for started in std::mem::take(&mut self.started) {
            for task in started.tasks {
                let act = self.tick(scene, &task, started.on, &proofs);
                self.acts.extend(act);
            }
        }
        self.acts
    }

    fn tick(
        &mut self,
        scene: &Scene<'_>,
        task: &Task,
        on: Day,
        proofs: &[RecordId],
    ) -> Option<Act> {
        let random = &mut self.random;
        let mut writes = RecWrites::new(task.rec, &task.form, &task.version);
        let mut put = |path: &str, value: Value| drop(writes.set.insert(path.to_owned(), value));
        put("giao_cho", Author::Party.person());
        let ended = match task.due {
            Some(due) => scene.ended(random, (due - 40).max(on + 1), due),
            // The document sets no date: done some time, or still under way.
            None if random.percent(45) => {
                Some(scene.working_day(random.day_between(on + 60, scene.last_day())))
            }
            None => None,
        };
        let day = match ended {
            Some(day) => {
                put("tien_do", json!(100));
                put("ngay_hoan_thanh", iso(day));
                put("ket_qua", json!("Hoàn thành, đã báo cáo Đảng ủy xã."));
                put("@official", json!(true));
                day
            }
            None if task.due.is_none() => {
                put("tien_do", json!(random.between(1, 9) * 10));
                scene.working_day(random.day_between(on + 60, scene.last_day()))
            }
            None => return None,
        };
        if !proofs.is_empty() && random.percent(50) {
            let entry = entry_id(random.bytes());
            put(&format!("minh_chung/{entry}/@pos"), json!("V"));
            let proof = random.pick(proofs).to_string();
            put(&format!("minh_chung/{entry}/phieu"), json!(proof));
        }
        let by = random.pick(&[Author::Party, Author::Front]);
        Some(act(moment(day, random), by, vec![writes]))
    }
}

fn act(ms: u64, by: Author, recs: Vec<RecWrites>) -> Act {
    Act {
        ms,
        by,
        recs,
        rival: None,
    }
}
