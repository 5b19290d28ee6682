//! How near vectors are to each other.

use crate::{Result, VectorError};

/// Numbers that are multiplied side by side, so that wide registers are used.
const WIDE: usize = 16;

/// The vector with length one, so that a product tells the angle. One of nothing but zeros stays: it is near to nothing.
pub fn unit(vector: &[f32]) -> Result<Vec<f32>> {
    if vector.is_empty() || vector.iter().any(|number| !number.is_finite()) {
        return Err(VectorError::Refused("a vector is empty or holds numbers that are none"));
    }
    let length = vector.iter().map(|number| f64::from(*number) * f64::from(*number)).sum::<f64>().sqrt();
    if length == 0.0 {
        return Ok(vector.to_vec());
    }
    Ok(vector.iter().map(|number| (f64::from(*number) / length) as f32).collect())
}

/// The sum of the products.
pub fn product(one: &[f32], other: &[f32]) -> f32 {
    let mut sums = [0.0_f32; WIDE];
    let (ones, rest) = one.as_chunks::<WIDE>();
    let (others, other_rest) = other.as_chunks::<WIDE>();
    for (one, other) in ones.iter().zip(others) {
        for ((sum, a), b) in sums.iter_mut().zip(one).zip(other) {
            *sum += a * b;
        }
    }
    let rest: f32 = rest.iter().zip(other_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

/// A product of two vectors of length one as the contract counts: 0 for opposite, 1 for the same direction.
pub fn score(product: f32) -> f64 {
    f64::midpoint(1.0, f64::from(product).clamp(-1.0, 1.0))
}

/// As it is stored: four bytes a number, little end first.
pub fn pack(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// Adds the numbers of a stored vector; false, and nothing added, when there are not as many as the others have.
pub fn unpack(bytes: &[u8], dimensions: usize, into: &mut Vec<f32>) -> bool {
    let (numbers, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() || numbers.len() != dimensions {
        return false;
    }
    into.extend(numbers.iter().map(|number| f32::from_le_bytes(*number)));
    true
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn directions_are_compared_whatever_the_lengths() {
        let near = |one: &[f32], other: &[f32]| score(product(&unit(one).unwrap(), &unit(other).unwrap()));
        assert!((near(&[2.0, 0.0], &[5.0, 0.0]) - 1.0).abs() < 1e-6);
        assert!((near(&[2.0, 0.0], &[0.0, 1.0]) - 0.5).abs() < 1e-6);
        assert!(near(&[1.0, 0.0], &[-3.0, 0.0]).abs() < 1e-6);
        assert!((near(&[0.0, 0.0], &[1.0, 0.0]) - 0.5).abs() < 1e-6);
        assert!(unit(&[]).is_err() && unit(&[f32::NAN]).is_err() && unit(&[f32::INFINITY, 1.0]).is_err());
    }

    #[test]
    fn every_number_counts_also_behind_the_last_wide_step() {
        let one: Vec<f32> = (0..37).map(|number| number as f32).collect();
        let expected: f32 = one.iter().map(|number| number * number).sum();
        assert!((product(&one, &one) - expected).abs() < 1e-1);
    }

    #[test]
    fn vectors_are_kept_as_they_are_and_others_are_passed_over() {
        let vector = vec![0.25, -1.5e-7, 3.0];
        let mut read = Vec::new();
        assert!(unpack(&pack(&vector), 3, &mut read));
        assert!(!unpack(&pack(&[1.0]), 3, &mut read) && !unpack(&[1, 2, 3], 1, &mut read));
        assert_eq!(read, vector);
    }
}
