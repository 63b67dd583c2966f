//! A site with two members of a desk, a supervisor who stands in no inbox, and an agent of another desk.

use segel_crypto::act::{ActContext, ActError, ActKind, Assignment, Seat, SignedAct};
use segel_crypto::authority::{Admin, AdminSecret, RootSecret};
use segel_crypto::device::DeviceSecrets;
use segel_wire::ids::{AgentId, ConversationId, DeskId, DeviceId, RosterHash, SiteId};
use segel_wire::signed::{Agent, Certificate, Desk, Device, Order, Profile, Roster, VerifiedRoster};

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

pub(crate) const CONVERSATION: ConversationId = ConversationId([0xc0; 16]);
pub(crate) const NOW: u64 = 1_800_000_000;
const SITE: SiteId = SiteId([0x51; 16]);
const DESK: DeskId = DeskId([0xde; 16]);
/// When devices lapse.
pub(crate) const LAPSES: u64 = NOW + 1_000;

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Person {
    Member,
    Other,
    Supervisor,
    Outsider,
}

impl Person {
    pub(crate) const ALL: [Self; 4] = [Self::Member, Self::Other, Self::Supervisor, Self::Outsider];

    pub(crate) fn id(self) -> AgentId {
        AgentId([0xa0 + self as u8; 16])
    }

    pub(crate) fn of(agent: &AgentId) -> Self {
        Self::ALL.into_iter().find(|person| person.id() == *agent).unwrap()
    }
}

/// The devices of everybody, and the roster that lists them.
pub(crate) struct Site {
    devices: Vec<(Person, DeviceSecrets, DeviceId)>,
    roster: VerifiedRoster,
}

impl Site {
    /// Two devices each, which lapse together.
    pub(crate) fn new() -> Self {
        Self::build(|_| 2, |_| LAPSES)
    }

    /// Only this person's devices lapse.
    pub(crate) fn with_lapsing(lapsing: Person) -> Self {
        Self::build(|_| 2, |person| if person == lapsing { LAPSES } else { LAPSES * 2 })
    }

    /// This person has as many devices.
    pub(crate) fn with_devices(of: Person, count: usize) -> Self {
        Self::build(|person| if person == of { count } else { 2 }, |_| LAPSES)
    }

    /// The same devices under the next roster, which does not list this person.
    pub(crate) fn without(&self, gone: Person) -> Self {
        self.without_role(gone).publish(|roster| roster.agents.retain(|agent| agent.id != gone.id()))
    }

    /// Under the next roster, which lists this person and gives them no role at the desk.
    pub(crate) fn without_role(&self, person: Person) -> Self {
        let theirs = self.all_devices(&[person]);
        self.publish(|roster| {
            for desk in &mut roster.desks {
                desk.inbox.retain(|id| !theirs.contains(id));
                let left = desk.supervisors.take().unwrap_or_default().into_iter();
                let left: Vec<_> = left.filter(|id| *id != person.id()).collect();
                desk.supervisors = Some(left).filter(|left| !left.is_empty());
            }
        })
    }

    /// Under the next roster, in which this person is a member of the desk and nothing else.
    pub(crate) fn as_member(&self, person: Person) -> Self {
        let theirs = self.all_devices(&[person]);
        self.without_role(person).publish(|roster| {
            let inbox = &mut roster.desks[0].inbox;
            inbox.extend(theirs);
            inbox.sort_unstable();
        })
    }

    /// Under the next roster, which has this desk instead.
    pub(crate) fn with_desk(&self, desk: Desk) -> Self {
        self.publish(|roster| roster.desks = vec![desk])
    }

    fn publish(&self, change: impl FnOnce(&mut Roster)) -> Self {
        let mut roster = self.roster.roster().clone();
        change(&mut roster);
        roster.order.version += 1;
        roster.previous = self.roster.hash();
        Self { devices: self.devices.clone(), roster: sign(&roster) }
    }

    pub(crate) fn roster(&self) -> &VerifiedRoster {
        &self.roster
    }

    pub(crate) fn desk(&self) -> &Desk {
        self.roster.desk(&DESK).unwrap()
    }

    /// Every device of these people, sorted.
    pub(crate) fn all_devices(&self, people: &[Person]) -> Vec<DeviceId> {
        let theirs = self.devices.iter().filter(|(person, ..)| people.contains(person));
        let mut ids: Vec<DeviceId> = theirs.map(|(.., id)| *id).collect();
        ids.sort_unstable();
        ids
    }

    /// Who gets wraps now.
    pub(crate) fn devices(&self, state: &Assignment) -> Vec<DeviceId> {
        state.devices(&self.roster, Seat::Own(self.desk()), NOW)
    }

    pub(crate) fn secrets(&self, person: Person) -> &DeviceSecrets {
        self.secrets_of(person, 0)
    }

    pub(crate) fn secrets_of(&self, person: Person, device: usize) -> &DeviceSecrets {
        &self.device(person, device).1
    }

    /// What an act of this person's first device is judged by.
    pub(crate) fn context(&self, person: Person) -> ActContext<'_> {
        self.context_of(person, 0)
    }

    pub(crate) fn context_of(&self, person: Person, device: usize) -> ActContext<'_> {
        ActContext {
            roster: &self.roster,
            desk: self.desk(),
            conversation: &CONVERSATION,
            sender: &self.device(person, device).2,
            now: NOW,
        }
    }

    /// An act that follows `state`, by this person's first device.
    pub(crate) fn sign(
        &self,
        state: &Assignment,
        person: Person,
        kind: ActKind,
        target: Option<Person>,
    ) -> SignedAct {
        state.draft(kind, target.map(Person::id), &self.context(person)).sign(self.secrets(person))
    }

    /// Signs an act and follows it.
    pub(crate) fn act(
        &self,
        state: &Assignment,
        person: Person,
        kind: ActKind,
        target: Option<Person>,
    ) -> Result<Assignment, ActError> {
        state.follow(&self.sign(state, person, kind, target), &self.context(person))
    }

    fn device(&self, person: Person, device: usize) -> &(Person, DeviceSecrets, DeviceId) {
        self.devices.iter().filter(|(other, ..)| *other == person).nth(device).unwrap()
    }

    fn build(count: impl Fn(Person) -> usize, lapses: impl Fn(Person) -> u64) -> Self {
        let random = &mut ChaCha20Rng::seed_from_u64(1);
        let (mut devices, mut agents) = (Vec::new(), Vec::new());
        for person in Person::ALL {
            let mut listed = Vec::new();
            for _ in 0..count(person) {
                let secrets = DeviceSecrets::make(random);
                let keys = secrets.derive_keys();
                devices.push((person, secrets, keys.derive_id(&SITE)));
                listed.push(Device { keys, not_after: lapses(person) });
            }
            agents.push(Agent { id: person.id(), name: format!("{person:?}"), devices: listed });
        }
        // Of each member the first device alone stands in the inbox.
        let first =
            |wanted: Person| devices.iter().find(|(person, ..)| *person == wanted).map(|(.., id)| *id);
        let mut inbox: Vec<DeviceId> =
            [Person::Member, Person::Other].into_iter().filter_map(first).collect();
        inbox.sort_unstable();
        let elsewhere: Vec<DeviceId> = first(Person::Outsider).into_iter().collect();
        let supervisors = Some(vec![Person::Supervisor.id()]);
        let desks = vec![
            Desk { id: DESK, name: "Toko".to_owned(), inbox, supervisors },
            Desk { id: DeskId([1; 16]), name: "Lain".to_owned(), inbox: elsewhere, supervisors: None },
        ];
        let roster = sign(&Roster {
            site: SITE,
            order: Order { generation: 1, version: 1 },
            previous: RosterHash([0; 32]),
            issued_at: NOW,
            not_after: NOW + 100,
            profile: Profile {
                name: "Toko Contoh".to_owned(),
                pages: vec![],
                apps: vec![],
                vouchers: None,
                masking: None,
                hours: None,
                intake: None,
            },
            desks,
            agents,
        });
        Self { devices, roster }
    }
}

fn sign(roster: &Roster) -> VerifiedRoster {
    let random = &mut ChaCha20Rng::seed_from_u64(2);
    let (root, secret) = (RootSecret::make_root(random), AdminSecret::make_admin(random));
    let admin = secret.derive_public();
    let certificate = Certificate { site: SITE, generation: 1, admin, not_before: NOW, not_after: NOW + 100 };
    let (bytes, signature) = root.certify(&certificate);
    let signed = Admin::new(secret, bytes, signature).sign_roster(roster);
    VerifiedRoster::open(&signed, &SITE, &root.derive_public()).unwrap()
}
