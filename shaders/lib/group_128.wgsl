// A scale and a zero for every 128 columns.
const GROUP_BLOCKS: u32 = 4u;
