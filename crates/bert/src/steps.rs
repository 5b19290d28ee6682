//! What lies between two products of matrices. On a processor each step is one pass over the numbers, by the widest registers
//! there are; on other devices candle's own operations do the same.

use candle_core::{CpuStorage, D, InplaceOp2, InplaceOp3, Layout, Result, Tensor, bail};
use candle_nn::VarBuilder;
use candle_nn::ops::softmax;
use pulp::Arch;

use self::numbers::{AddGelu, AddNormed, Shares};
use crate::{Activation, Config};

mod numbers;

/// Numbers of so small a share that nothing is left of them.
const NOTHING: f64 = -1e30;

/// Adds what a product of matrices leaves out to it, and where it came from, and makes rows of like size of both.
pub struct Norm {
    /// What is added, what is multiplied by, and what is added then.
    parts: Tensor,
    epsilon: f64,
}

impl Norm {
    pub fn load(weights: &VarBuilder<'_>, bias: &Tensor, config: &Config) -> Result<Self> {
        let part = |name: &str| weights.get(config.hidden_size, name);
        Ok(Self { parts: Tensor::stack(&[bias, &part("weight")?, &part("bias")?], 0)?, epsilon: config.layer_norm_eps })
    }

    pub fn add(&self, rows: Tensor, others: &Tensor) -> Result<Tensor> {
        if rows.device().is_cpu() {
            rows.inplace_op3(&others.contiguous()?, &self.parts, &Adds(self.epsilon as f32))?;
            return Ok(rows);
        }
        let [bias, weight, after] = [0, 1, 2].map(|part| self.parts.get(part));
        let rows = (rows.broadcast_add(&bias?)? + others)?;
        candle_nn::ops::layer_norm(&rows, &weight?, &after?, self.epsilon as f32)
    }
}

/// Rows of tokens, each with the questions, keys and values of all heads behind each other, as: which of the three, texts,
/// heads, tokens, numbers.
pub fn split(rows: &Tensor, bias: &Tensor, texts: usize, heads: usize) -> Result<Tensor> {
    let (all, width) = rows.dims2()?;
    let parts = rows.broadcast_add(bias)?.reshape((texts, all / texts.max(1), 3, heads, width / 3 / heads))?;
    parts.permute((2, 0, 3, 1, 4))?.contiguous()
}

/// How much of each token each token takes, of how near they are: texts, heads, tokens, tokens.
pub fn attend(near: Tensor, lengths: &[usize]) -> Result<Tensor> {
    let (_, heads, tokens, _) = near.dims4()?;
    let device = near.device();
    if device.is_cpu() {
        let counted: Vec<u32> = lengths.iter().map(|length| *length as u32).collect();
        let counted = Tensor::new(counted, device)?;
        near.inplace_op2(&counted, &Attends { rows: heads * tokens })?;
        return Ok(near);
    }
    let row =
        |length: &usize| (0..tokens).map(|at| if at < *length { 0.0 } else { NOTHING as f32 }).collect::<Vec<_>>();
    let hidden = Tensor::new(lengths.iter().map(row).collect::<Vec<_>>(), device)?;
    softmax(&near.broadcast_add(&hidden.unsqueeze(1)?.unsqueeze(1)?)?, D::Minus1)
}

pub fn activate(rows: Tensor, bias: &Tensor, activation: Activation) -> Result<Tensor> {
    if rows.device().is_cpu() && activation == Activation::Gelu {
        rows.inplace_op2(bias, &Activates)?;
        return Ok(rows);
    }
    let rows = rows.broadcast_add(bias)?;
    match activation {
        Activation::Gelu => rows.gelu_erf(),
        Activation::GeluApproximate => rows.gelu(),
        Activation::Relu => rows.relu(),
    }
}

struct Activates;

impl InplaceOp2 for Activates {
    fn name(&self) -> &'static str {
        "add-gelu"
    }

    fn cpu_fwd(&self, rows: &mut CpuStorage, place: &Layout, bias: &CpuStorage, beside: &Layout) -> Result<()> {
        let (rows, bias) = (changed(rows, place)?, floats(bias, beside)?);
        Arch::new().dispatch(AddGelu { rows, bias });
        Ok(())
    }
}

struct Adds(f32);

impl InplaceOp3 for Adds {
    fn name(&self) -> &'static str {
        "add-normed"
    }

    fn cpu_fwd(
        &self,
        rows: &mut CpuStorage,
        place: &Layout,
        others: &CpuStorage,
        there: &Layout,
        parts: &CpuStorage,
        beside: &Layout,
    ) -> Result<()> {
        let (rows, others, parts) = (changed(rows, place)?, floats(others, there)?, floats(parts, beside)?);
        Arch::new().dispatch(AddNormed { rows, others, parts, epsilon: self.0 });
        Ok(())
    }
}

struct Attends {
    /// Of one text.
    rows: usize,
}

impl InplaceOp2 for Attends {
    fn name(&self) -> &'static str {
        "shares"
    }

    fn cpu_fwd(&self, near: &mut CpuStorage, place: &Layout, lengths: &CpuStorage, beside: &Layout) -> Result<()> {
        let (CpuStorage::U32(lengths), Some((from, to))) = (lengths, beside.contiguous_offsets()) else {
            bail!("lengths are whole numbers, one behind the other");
        };
        let tokens = place.dims().last().copied().unwrap_or_default();
        let near = changed(near, place)?;
        for (numbers, length) in near.chunks_exact_mut((self.rows * tokens).max(1)).zip(&lengths[from..to]) {
            Arch::new().dispatch(Shares { numbers, row: tokens, counted: *length as usize });
        }
        Ok(())
    }
}

fn changed<'a>(storage: &'a mut CpuStorage, place: &Layout) -> Result<&'a mut [f32]> {
    match (storage, place.contiguous_offsets()) {
        (CpuStorage::F32(numbers), Some((from, to))) => Ok(&mut numbers[from..to]),
        _ => bail!("these are no floats of 32 bits, one behind the other"),
    }
}

fn floats<'a>(storage: &'a CpuStorage, place: &Layout) -> Result<&'a [f32]> {
    match (storage, place.contiguous_offsets()) {
        (CpuStorage::F32(numbers), Some((from, to))) => Ok(&numbers[from..to]),
        _ => bail!("these are no floats of 32 bits, one behind the other"),
    }
}
