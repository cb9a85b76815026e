//! y = W x for the step's first token.

use super::{Call, matmul};
use crate::error::Result;

pub(super) fn run(call: Call<'_>) -> Result<()> {
    matmul::product(call, 1)
}
