//! The one test binary: what a client, an operator and an attacker see of the built product.
