//! The passes over the numbers themselves, written so that a compiler takes many at once: nothing is called, nothing branches.

use std::f32::consts::{FRAC_1_SQRT_2, LOG2_E};

use pulp::NullaryFnOnce;

/// Numbers that are summed up side by side.
const LANES: usize = 16;

/// Adds the bias to each row, and takes the more of each number the larger it is ("Gaussian Error Linear Units", Hendrycks
/// and Gimpel 2016).
pub struct AddGelu<'a> {
    pub rows: &'a mut [f32],
    pub bias: &'a [f32],
}

impl NullaryFnOnce for AddGelu<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for row in self.rows.chunks_exact_mut(self.bias.len().max(1)) {
            for (number, bias) in row.iter_mut().zip(self.bias) {
                let full = *number + bias;
                *number = 0.5 * full * (1.0 + error_function(full * FRAC_1_SQRT_2));
            }
        }
    }
}

/// Adds the bias and the other row to each row, and brings the row's middle to nothing and its spread to one, before it is
/// weighted ("Layer Normalization", Ba, Kiros and Hinton 2016).
pub struct AddNorm<'a> {
    pub rows: &'a mut [f32],
    pub others: &'a [f32],
    /// The bias, the weights, and what is added last.
    pub parts: &'a [f32],
    pub epsilon: f32,
}

impl NullaryFnOnce for AddNorm<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let width = (self.parts.len() / 3).max(1);
        let (bias, parts) = self.parts.split_at(width);
        let (weights, last) = parts.split_at(width);
        for (row, other) in self.rows.chunks_exact_mut(width).zip(self.others.chunks_exact(width)) {
            for ((number, other), bias) in row.iter_mut().zip(other).zip(bias) {
                *number += other + bias;
            }
            let middle = sum(row, |number| number) / width as f32;
            let spread = sum(row, |number| (number - middle) * (number - middle)) / width as f32;
            let unit = 1.0 / (spread + self.epsilon).sqrt();
            for ((number, weight), last) in row.iter_mut().zip(weights).zip(last) {
                *number = (*number - middle) * unit * weight + last;
            }
        }
    }
}

/// Makes of each score its share of the row, as many of them as count; the others have none.
pub struct Softmax<'a> {
    pub numbers: &'a mut [f32],
    pub row: usize,
    pub counted: usize,
}

impl NullaryFnOnce for Softmax<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for row in self.numbers.chunks_exact_mut(self.row.max(1)) {
            let (row, others) = row.split_at_mut(self.counted);
            let nearest = largest(row);
            for number in row.iter_mut() {
                *number = exponential(*number - nearest);
            }
            let unit = 1.0 / sum(row, |number| number);
            for number in row {
                *number *= unit;
            }
            others.fill(0.0);
        }
    }
}

/// What all numbers make together, in some order.
#[inline(always)]
fn sum(numbers: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let mut chunks = numbers.chunks_exact(LANES);
    for chunk in &mut chunks {
        for (lane, number) in lanes.iter_mut().zip(chunk) {
            *lane += of(*number);
        }
    }
    for (lane, number) in lanes.iter_mut().zip(chunks.remainder()) {
        *lane += of(*number);
    }
    lanes.iter().sum()
}

#[inline(always)]
fn largest(numbers: &[f32]) -> f32 {
    let mut lanes = [f32::MIN; LANES];
    let mut chunks = numbers.chunks_exact(LANES);
    for chunk in &mut chunks {
        for (lane, number) in lanes.iter_mut().zip(chunk) {
            *lane = if *number > *lane { *number } else { *lane };
        }
    }
    lanes.iter().chain(chunks.remainder()).fold(f32::MIN, |most, number| most.max(*number))
}

/// e to a power of nothing or less: two to its whole part, and a polynomial (of Cephes' `expf`) for what is left of it.
#[inline(always)]
fn exponential(power: f32) -> f32 {
    /// Added to a number, it leaves the nearest whole number in the lowest bits.
    const WHOLE: f32 = 12_582_912.0;
    /// Less than what a float holds of e to it.
    const LEAST: f32 = -87.0;
    /// The logarithm of two, in two parts, of which the first is exact.
    const LN_2: [f32; 2] = [355.0 / 512.0, -2.121_944_4e-4];
    const SERIES: [f32; 6] = [1.987_569_2e-4, 1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5];
    let power = if power < LEAST { LEAST } else { power };
    let shifted = power * LOG2_E + WHOLE;
    let whole = shifted - WHOLE;
    let rest = power - whole * LN_2[0] - whole * LN_2[1];
    let series = polynomial(rest, SERIES);
    let small = series * rest * rest + rest + 1.0;
    small * f32::from_bits((shifted.to_bits() << 23).wrapping_add(1_f32.to_bits()))
}

/// The error function, within a few of a float's last places: one polynomial over another, as far from nothing as it grows.
#[inline(always)]
fn error_function(number: f32) -> f32 {
    const FAR: f32 = 4.0;
    const ABOVE: [f32; 7] = [
        -2.726_142_3e-10,
        2.770_681_4e-8,
        -2.101_024e-6,
        -5.692_506_5e-5,
        -7.349_906_4e-4,
        -2.954_6e-3,
        -1.609_603_3e-2,
    ];
    const BELOW: [f32; 5] = [-1.456_607_2e-5, -2.133_740_5e-4, -1.682_827e-3, -7.373_329e-3, -1.426_473_9e-2];
    let number = if number > FAR { FAR } else { number };
    let number = if number < -FAR { -FAR } else { number };
    let square = number * number;
    number * polynomial(square, ABOVE) / polynomial(square, BELOW)
}

/// The highest power's factor first.
#[inline(always)]
fn polynomial<const N: usize>(number: f32, factors: [f32; N]) -> f32 {
    let mut value = 0.0;
    for factor in factors {
        value = value * number + factor;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(one: f32, other: f64, most: f64) {
        assert!((f64::from(one) - other).abs() <= most, "{one} is not {other}");
    }

    #[test]
    fn powers_of_e_are_what_the_library_says() {
        for step in 0..=86_000 {
            let power = -(step as f32) / 1_000.0;
            let exact = f64::from(power).exp();
            close(exponential(power), exact, exact * 3e-7);
        }
        assert_eq!(exponential(0.0), 1.0);
        assert!(exponential(-1e30) < 1e-37);
    }

    #[test]
    fn the_error_function_is_what_its_series_says() {
        // The Maclaurin series, which floats of 64 bits carry as far as this.
        let exact = |number: f64| {
            let (mut sum, mut term) = (number, number);
            for at in 1..120 {
                term *= -number * number / f64::from(at);
                sum += term / f64::from(2 * at + 1);
            }
            sum * std::f64::consts::FRAC_2_SQRT_PI
        };
        for step in -3_900..=3_900 {
            let number = step as f32 / 1_000.0;
            close(error_function(number), exact(f64::from(number)), 5e-7);
        }
        for far in [4.0, 5.0, 100.0, f32::INFINITY] {
            close(error_function(far), 1.0, 5e-7);
            close(error_function(-far), -1.0, 5e-7);
        }
    }

    #[test]
    fn shares_of_those_that_count_are_one_together() {
        let mut numbers: Vec<f32> = (0..3 * 40).map(|at| (at % 7) as f32 - 90.0).collect();
        Softmax { numbers: &mut numbers, row: 40, counted: 33 }.call();
        for row in numbers.chunks(40) {
            close(row.iter().sum(), 1.0, 1e-5);
            assert!(row[..33].iter().all(|share| *share > 0.0) && row[33..].iter().all(|share| *share == 0.0));
            close(row[6] / row[5], std::f64::consts::E, 1e-5);
        }
        let mut nothing = [1.0, 2.0];
        Softmax { numbers: &mut nothing, row: 2, counted: 0 }.call();
        assert_eq!(nothing, [0.0, 0.0]);
    }
}
