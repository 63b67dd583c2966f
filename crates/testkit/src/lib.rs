//! Virtual network, meddling proxy and fixtures for tests.
