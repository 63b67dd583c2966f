//! Three devices and a relay that does as it likes: the input is a program of steps. What must hold of every
//! program is asserted where it would break.

use super::relay::World;

/// Runs a program; each step is an operation and three arguments.
pub(super) fn run(program: &[u8]) {
    let mut world = World::new();
    for step in program.chunks_exact(4).take(300) {
        let [operation, first, second, third] = [step[0], step[1], step[2], step[3]];
        let (from, to) = (usize::from(first % 3), usize::from(second % 3));
        let sent = usize::from(first) | usize::from(second) << 8;
        match operation % 20 {
            0 | 1 => world.say(from, to, third),
            2..=5 => world.deliver_latest(sent),
            6 | 7 => world.deliver(sent),
            8 => world.flip(sent, third),
            9 => world.resize(sent, third),
            10 => world.splice(sent, usize::from(third)),
            11 => world.misplace(sent, third),
            12 => world.restart(from),
            13 => world.pass_time(third),
            14 => world.shake_hands(from, to, third),
            15 => world.burst(from, to, third),
            16 => world.deliver_all(from, to, third & 1 > 0),
            17 => world.keep_house(from, third),
            18 => world.set_aside(from),
            _ => world.set_back(from),
        }
        world.check(to);
    }
    world.check_all();
}
