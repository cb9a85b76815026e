//! stub
use crate::plan::Step;
pub struct SamplingOptions; pub struct Draw{pub seed:[u32;2],pub number:u32}
impl SamplingOptions { pub fn from_step(_s:&Step)->Self{SamplingOptions} }
pub fn choose(_l:&[f32],_c:&[u32],_o:&SamplingOptions,_d:Draw)->u32{0}
