//! The tool of a site's owner: root key, admins, devices, rosters.
