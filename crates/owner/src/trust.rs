//! Who may do more than answer: supervisors of desks, and vouchers for visitors. PROTOCOL.md, 3.3 and 3.7.

use segel_wire::ids::VoucherKey;
use segel_wire::limits;

use crate::owner::{Owner, OwnerError};
use crate::site::{Site, SiteError};

impl Owner {
    /// Lets an agent take over and join conversations of a desk, or of the first one; again is the same.
    pub fn add_supervisor(&mut self, agent: &str, desk: Option<&str>) -> Result<(), OwnerError> {
        self.change(|site| site.add_supervisor(agent, desk))
    }

    /// Takes that back.
    pub fn remove_supervisor(&mut self, agent: &str, desk: Option<&str>) -> Result<(), OwnerError> {
        self.change(|site| site.remove_supervisor(agent, desk))
    }

    /// Lets identity tokens by a key of the business count; again is the same.
    pub fn add_voucher(&mut self, key: VoucherKey) -> Result<(), OwnerError> {
        self.change(|site| site.add_voucher(key))
    }

    /// Takes that back.
    pub fn remove_voucher(&mut self, key: &VoucherKey) -> Result<(), OwnerError> {
        self.change(|site| site.remove_voucher(key))
    }
}

impl Site {
    fn add_supervisor(&mut self, agent: &str, desk: Option<&str>) -> Result<(), SiteError> {
        let id = self.agent(agent)?.id;
        let supervisors = &mut self.desk_mut(desk)?.supervisors;
        if !supervisors.contains(&id) {
            supervisors.push(id);
        }
        Ok(())
    }

    fn remove_supervisor(&mut self, agent: &str, desk: Option<&str>) -> Result<(), SiteError> {
        let id = self.agent(agent)?.id;
        let desk = self.desk_mut(desk)?;
        let place = desk.supervisors.iter().position(|supervisor| *supervisor == id);
        let place = place.ok_or_else(|| SiteError::NoSupervisor(agent.to_owned(), desk.name.clone()))?;
        desk.supervisors.remove(place);
        Ok(())
    }

    fn add_voucher(&mut self, key: VoucherKey) -> Result<(), SiteError> {
        if self.vouchers.contains(&key) {
            return Ok(());
        }
        if self.vouchers.len() == limits::ROSTER_ENTRIES {
            return Err(SiteError::Full);
        }
        self.vouchers.push(key);
        Ok(())
    }

    fn remove_voucher(&mut self, key: &VoucherKey) -> Result<(), SiteError> {
        let place = self.vouchers.iter().position(|voucher| voucher == key);
        self.vouchers.remove(place.ok_or(SiteError::UnknownVoucher(*key))?);
        Ok(())
    }
}
