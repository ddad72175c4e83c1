//! What is on its way: lost, doubled, delayed, cut; and the talk at the end, when nothing goes wrong any more.

use records::wire::{SyncAnswer, SyncRequest};

use super::{Act, FAULTS, Flight, World};
use crate::Server;

impl<S: Server> World<S> {
    pub(super) fn send(&mut self, device: usize) {
        let max = [1, 3, 200][self.rng.index(3)];
        let ms = self.devices[device].ms(self.now);
        let mut request = self.devices[device].replica.plan_request(ms, max);
        if !self.disabled.contains(&Act::CutPages) {
            request.page_bytes = 1 << self.rng.below(13);
        }
        self.count("exchanges");
        if self.strikes(Act::LoseRequest, 10, "lost requests") {
            return;
        }
        let life = self.devices[device].life;
        let flight = Flight {
            device,
            life,
            arrives: self.arrival(),
            request,
            answer: None,
        };
        if self.strikes(Act::Duplicate, 10, "duplicated requests") {
            let arrives = self.arrival();
            self.flights.push(Flight {
                arrives,
                ..flight.clone()
            });
        }
        self.flights.push(flight);
    }

    fn arrival(&mut self) -> u64 {
        if self.strikes(Act::Delay, 20, "delays") {
            self.now + self.rng.below(900_000)
        } else {
            self.now
        }
    }

    /// Whatever has arrived, in any order.
    pub(super) fn deliver(&mut self) {
        loop {
            let arrived: Vec<usize> = (0..self.flights.len())
                .filter(|at| self.flights[*at].arrives <= self.now)
                .collect();
            if arrived.is_empty() {
                return;
            }
            let flight = self.flights.swap_remove(self.rng.pick(&arrived));
            self.land(flight);
        }
    }

    fn land(&mut self, mut flight: Flight) {
        if let Some(answer) = flight.answer {
            if self.devices[flight.device].life == flight.life {
                self.take_answer(flight.device, &flight.request, answer);
            }
            return;
        }
        let answer = self.server.answer(self.now, &flight.request);
        if answer.more {
            self.count("cut pages");
        }
        if !self.strikes(Act::LoseAnswer, 15, "lost answers") {
            flight.answer = Some(answer);
            flight.arrives = self.arrival();
            self.flights.push(flight);
        }
    }

    /// Returns whether there was anything in it.
    fn take_answer(&mut self, device: usize, request: &SyncRequest, answer: SyncAnswer) -> bool {
        let random = self.rng.bytes();
        let ms = self.devices[device].ms(self.now);
        let more = answer.more;
        let plan = self.devices[device]
            .replica
            .plan_answer(ms, random, request, answer);
        if plan.counter.is_some() {
            self.count("new names for copies");
        }
        let is_news = more || !plan.entries.is_empty() || !request.changes.is_empty();
        self.write(device, plan);
        is_news
    }

    // The end.

    /// No more faults; everybody talks until nobody has anything to say.
    pub fn heal(&mut self) {
        self.now += 900_000;
        self.deliver();
        self.disabled.extend(FAULTS);
        self.server.release(self.now);
        for device in 0..self.devices.len() {
            self.grant(device);
        }
        for device in 0..self.devices.len() {
            self.type_and_save(device);
        }
        for round in 0.. {
            assert!(round < 8, "still talking after {round} rounds");
            self.send_abroad();
            let talks: Vec<bool> = (0..self.devices.len())
                .map(|device| self.talk(device))
                .collect();
            if !talks.contains(&true) {
                break;
            }
        }
    }

    /// One device syncs until it is told that there is no more. Returns whether there was anything.
    fn talk(&mut self, device: usize) -> bool {
        let mut was_news = false;
        for n in 0.. {
            assert!(n < 1_000, "device {device} does not come to an end");
            self.now += 50;
            self.count("exchanges");
            let ms = self.devices[device].ms(self.now);
            let before = self.devices[device].replica.sync.clone();
            let mut request = self.devices[device].replica.plan_request(ms, 200);
            request.page_bytes = 2_000;
            let answer = self.server.answer(self.now, &request);
            let is_news = self.take_answer(device, &request, answer);
            let after = &self.devices[device].replica.sync;
            let is_same = before.epoch == after.epoch && before.offering == after.offering;
            if !is_news && is_same && self.devices[device].replica.waiting().next().is_none() {
                return was_news;
            }
            was_news = true;
        }
        was_news
    }
}
