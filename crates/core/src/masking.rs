//! The policy that a site's roster signs, as the masker takes it, and what is masked once more on arrival.

use segel_mask::{Action, Kind, Masker, Pattern, Policy, PolicyError, Rule, Writer};
use segel_wire::signed::{Masking, MaskingAction, MaskingRule};

/// The masker of a site; PROTOCOL.md, section 3.3. `None` where the policy cannot be followed, so that nothing may be sent.
pub fn masker(masking: Option<&Masking>) -> Option<Masker> {
    let mut policy = Policy::default();
    if let Some(masking) = masking {
        follow(&mut policy, masking).ok()?;
    }
    Some(Masker::new(policy))
}

/// Text of another device as it may be kept and shown: what no masker lets out, a hostile one might have sent.
pub(crate) fn on_arrival(text: &str) -> String {
    let mut policy = Policy::default();
    for kind in Kind::ALL.into_iter().filter(|kind| !kind.is_always_kept_back()) {
        // Never refused for these kinds.
        let _ = policy.set(kind, Rule::both(Action::Leave));
    }
    let masked = Masker::new(policy).mask(text, Writer::Visitor);
    masked.map_or_else(|_| String::new(), |masked| masked.text.into_string())
}

fn follow(policy: &mut Policy, masking: &Masking) -> Result<(), PolicyError> {
    for rule in masking.rules.iter().flatten() {
        // A kind of a later version is not looked for here.
        if let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.name() == rule.kind) {
            policy.set(kind, actions(rule))?;
        }
    }
    for number in masking.allowed.iter().flatten() {
        policy.allow(number)?;
    }
    for rule in masking.patterns.iter().flatten() {
        policy.find(Pattern::new(&rule.kind).map_err(|_| PolicyError::TooMany)?, actions(rule))?;
    }
    Ok(())
}

fn actions(rule: &MaskingRule) -> Rule {
    let action = |action| match action {
        MaskingAction::Mask(kept) => Action::Mask(kept),
        MaskingAction::Warn => Action::Warn,
        MaskingAction::Block => Action::Block,
        MaskingAction::Leave => Action::Leave,
    };
    Rule { visitor: action(rule.visitor), agent: action(rule.agent) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(kind: &str, visitor: MaskingAction) -> MaskingRule {
        MaskingRule { kind: kind.to_owned(), visitor, agent: MaskingAction::Mask(4) }
    }

    fn sent(masking: &Masking, text: &str) -> Option<String> {
        let masked = masker(Some(masking))?.mask(text, Writer::Visitor);
        masked.ok().map(|masked| masked.text.into_string())
    }

    #[test]
    fn a_site_says_what_is_masked_warned_of_and_left() {
        let masking = Masking {
            rules: Some(vec![rule("phone", MaskingAction::Leave), rule("tomorrow", MaskingAction::Block)]),
            allowed: Some(vec!["0811-000-1234".to_owned()]),
            patterns: Some(vec![rule("MB-#{6}", MaskingAction::Mask(0))]),
        };
        let text = "hp 081234567890, nik 3578291404697774, MB-123456";
        assert_eq!(sent(&masking, text).as_deref(), Some("hp 081234567890, nik ••••••••••••7774, ••-••••••"));
    }

    #[test]
    fn a_policy_that_cannot_be_followed_lets_nothing_out() {
        let masking = |pattern: &str, rules| Masking {
            rules,
            allowed: None,
            patterns: Some(vec![rule(pattern, MaskingAction::Mask(0))]),
        };
        assert_eq!(sent(&masking("{3}", None), "halo"), None);
        let lets_cards_out = Some(vec![rule("card", MaskingAction::Leave)]);
        assert_eq!(sent(&masking("#", lets_cards_out), "halo"), None);
    }

    #[test]
    fn what_never_may_be_kept_is_masked_on_arrival_and_the_rest_is_not() {
        assert_eq!(
            on_arrival("kartu 4111 1111 1111 1111, hp 081234567890"),
            "kartu •••• •••• •••• 1111, hp 081234567890"
        );
    }
}
