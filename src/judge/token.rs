//! What tokens say of themselves. The arithmetic is the rules'; this is its door for those who know judgement only.

pub use crate::rule::check::{aws_account, facts, is_sample_jwt, jwt_parts};
