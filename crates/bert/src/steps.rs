//! What lies between two products of matrices. On a processor each step is one pass over the numbers, by the widest registers
//! there are; on other devices candle's own operations do the same.

use candle_core::{CpuStorage, D, InplaceOp2, InplaceOp3, Layout, Result, Tensor, bail};
use candle_nn::VarBuilder;
use candle_nn::ops::softmax;
use pulp::Arch;

use crate::{Activation, Config};

mod numbers;

/// A score of which no attention is left.
const NOTHING: f32 = -1e30;

/// Adds the bias to rows of a product of matrices, and the rows that it was made of, and normalises the sum.
pub struct Norm {
    /// The bias, and the weight and the bias of the normalisation.
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
            rows.inplace_op3(&others.contiguous()?, &self.parts, &AddNorm(self.epsilon as f32))?;
            return Ok(rows);
        }
        let [bias, weight, after] = [0, 1, 2].map(|part| self.parts.get(part));
        let rows = (rows.broadcast_add(&bias?)? + others)?;
        candle_nn::ops::layer_norm(&rows, &weight?, &after?, self.epsilon as f32)
    }
}

/// Adds the bias to rows of the queries, keys and values of all heads; gives them as: which of the three, texts, heads,
/// tokens, numbers.
pub fn split_heads(rows: &Tensor, bias: &Tensor, texts: usize, heads: usize) -> Result<Tensor> {
    let (all, width) = rows.dims2()?;
    let parts = rows.broadcast_add(bias)?.reshape((texts, all / texts.max(1), 3, heads, width / 3 / heads))?;
    parts.permute((2, 0, 3, 1, 4))?.contiguous()
}

/// How much attention each token pays to each of its text, of their scores: texts, heads, tokens, tokens.
pub fn masked_softmax(scores: Tensor, lengths: &[usize]) -> Result<Tensor> {
    let (_, heads, tokens, _) = scores.dims4()?;
    let device = scores.device();
    if device.is_cpu() {
        let counted: Vec<u32> = lengths.iter().map(|length| *length as u32).collect();
        let counted = Tensor::new(counted, device)?;
        scores.inplace_op2(&counted, &MaskedSoftmax { rows: heads * tokens })?;
        return Ok(scores);
    }
    let row = |length: &usize| (0..tokens).map(|at| if at < *length { 0.0 } else { NOTHING }).collect::<Vec<_>>();
    let hidden = Tensor::new(lengths.iter().map(row).collect::<Vec<_>>(), device)?;
    softmax(&scores.broadcast_add(&hidden.unsqueeze(1)?.unsqueeze(1)?)?, D::Minus1)
}

pub fn activate(rows: Tensor, bias: &Tensor, activation: Activation) -> Result<Tensor> {
    if rows.device().is_cpu() && activation == Activation::Gelu {
        rows.inplace_op2(bias, &AddGelu)?;
        return Ok(rows);
    }
    let rows = rows.broadcast_add(bias)?;
    match activation {
        Activation::Gelu => rows.gelu_erf(),
        Activation::GeluApproximate => rows.gelu(),
        Activation::Relu => rows.relu(),
    }
}

struct AddGelu;

impl InplaceOp2 for AddGelu {
    fn name(&self) -> &'static str {
        "add-gelu"
    }

    fn cpu_fwd(&self, rows: &mut CpuStorage, place: &Layout, bias: &CpuStorage, beside: &Layout) -> Result<()> {
        let (rows, bias) = (changed(rows, place)?, floats(bias, beside)?);
        Arch::new().dispatch(numbers::AddGelu { rows, bias });
        Ok(())
    }
}

struct AddNorm(f32);

impl InplaceOp3 for AddNorm {
    fn name(&self) -> &'static str {
        "add-norm"
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
        Arch::new().dispatch(numbers::AddNorm { rows, others, parts, epsilon: self.0 });
        Ok(())
    }
}

struct MaskedSoftmax {
    /// Of one text.
    rows: usize,
}

impl InplaceOp2 for MaskedSoftmax {
    fn name(&self) -> &'static str {
        "masked-softmax"
    }

    fn cpu_fwd(&self, scores: &mut CpuStorage, place: &Layout, lengths: &CpuStorage, beside: &Layout) -> Result<()> {
        let (CpuStorage::U32(lengths), Some((from, to))) = (lengths, beside.contiguous_offsets()) else {
            bail!("lengths are whole numbers, one behind the other");
        };
        let tokens = place.dims().last().copied().unwrap_or_default();
        let scores = changed(scores, place)?;
        for (numbers, length) in scores.chunks_exact_mut((self.rows * tokens).max(1)).zip(&lengths[from..to]) {
            Arch::new().dispatch(numbers::Softmax { numbers, row: tokens, counted: *length as usize });
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
