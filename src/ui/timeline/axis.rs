//! Where a moment stands on the time axis: to scale, with long gaps cut out, or one step per event. Plain numbers.

use std::fmt::Write as _;

/// How time is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// To scale.
    Linear,
    /// To scale, but with long gaps cut out and room for every attempt.
    #[default]
    Compressed,
    /// Every event takes the same room.
    ByEvent,
}

impl Mode {
    /// All modes with their names, in the order of the switch.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Linear, "Linear"), (Self::Compressed, "Compressed"), (Self::ByEvent, "By event")];
}

/// A stretch of time that was cut out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// Left edge, in points.
    pub left: f64,
    /// Right edge, in points.
    pub right: f64,
    /// Time cut out, in milliseconds.
    pub millis: i64,
    /// The moment at which something happens again.
    pub resumes: i64,
}

/// A mark on the ruler.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where, in points.
    pub x: f64,
    /// What it says.
    pub label: String,
}

/// Width of a gap that was cut out.
pub const GAP_WIDTH: f64 = 24.0;
/// Narrowest attempt.
const ATTEMPT_WIDTH: f64 = 30.0;
/// More gaps than this are not cut: the axis would be all gaps.
const MOST_GAPS: usize = 8;
/// A stretch is cut out when it is this many times as long as all that is left.
const CUT_FACTOR: f64 = 8.0;
/// Stretches within this factor of the longest are looked at together.
const ALIKE: f64 = 4.0;
/// Above this number of boundaries attempts get no room of their own; they would not have it anyway.
const MOST_ROOMY: usize = 2_000;

/// The axis: a rising, piecewise linear map from positions (milliseconds, or events) to points.
#[derive(Clone, Debug)]
pub struct Axis {
    mode: Mode,
    knots: Vec<(f64, f64)>,
    gaps: Vec<Gap>,
}

impl Axis {
    /// Lays out `width` points for a run.
    ///
    /// `boundaries` are the moments at which something begins or ends; `attempts` the spans that get room of their own;
    /// `end` is the last position: milliseconds, or the number of events by event.
    pub fn build(mode: Mode, boundaries: &[i64], attempts: &[(i64, i64)], end: i64, width: f64) -> Self {
        let end = end.max(1);
        if mode != Mode::Compressed {
            return Self { mode, knots: vec![(0.0, 0.0), (end as f64, width)], gaps: Vec::new() };
        }
        let mut stops: Vec<i64> = boundaries.iter().copied().filter(|it| (0..=end).contains(it)).collect();
        stops.extend([0, end]);
        stops.sort_unstable();
        stops.dedup();
        let (stops, cut) = with_gaps(&stops);
        let lengths: Vec<i64> = stops.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let mut least = vec![0.0; lengths.len()];
        if stops.len() <= MOST_ROOMY {
            for &(from, to) in attempts {
                let first = stops.partition_point(|&it| it < from);
                let last = stops.partition_point(|&it| it < to).min(lengths.len());
                let parts: Vec<usize> = (first..last).filter(|&idx| !cut[idx]).collect();
                for &idx in &parts {
                    least[idx] = f64::max(least[idx], ATTEMPT_WIDTH / parts.len() as f64);
                }
            }
        }
        for (least, cut) in least.iter_mut().zip(&cut) {
            *least = if *cut { GAP_WIDTH } else { *least };
        }
        let widths = share(&lengths, &cut, &least, width);
        let mut knots = vec![(0.0, 0.0)];
        let mut gaps = Vec::new();
        let mut x = 0.0;
        for (idx, part) in widths.iter().enumerate() {
            if cut[idx] {
                gaps.push(Gap {
                    left: x,
                    right: x + part,
                    millis: lengths[idx],
                    resumes: stops[(idx + 2).min(stops.len() - 1)],
                });
            }
            x += part;
            knots.push((stops[idx + 1] as f64, x));
        }
        Self { mode, knots, gaps }
    }

    /// Returns the mode it was built for.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns the stretches that were cut out, from left to right.
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Returns the last position that has a place of its own; those after it stand with it.
    pub fn end(&self) -> f64 {
        self.knots.last().map_or(0.0, |it| it.0)
    }

    /// Returns the place of a position, in points.
    pub fn x_of(&self, position: f64) -> f64 {
        interpolate(&self.knots, position, |knot| knot)
    }

    /// Returns the position at a place.
    pub fn position_of(&self, x: f64) -> f64 {
        interpolate(&self.knots, x, |(position, x)| (x, position))
    }

    /// Returns marks between `from` and `to` points, at least `apart` points from each other.
    pub fn ticks(&self, from: f64, to: f64, apart: f64) -> Vec<Tick> {
        let mut ticks: Vec<Tick> = Vec::new();
        let mut stretch_left = 0.0;
        let rights = self.gaps.iter().map(|gap| (gap.left, self.x_of(gap.resumes as f64)));
        let last = self.knots.last().map_or(0.0, |knot| knot.1);
        for (stretch_right, next_left) in rights.chain([(last, last)]) {
            let (left, right) = (f64::max(stretch_left, from), f64::min(stretch_right, to));
            if right > left {
                self.stretch_ticks(stretch_left, (left, right), apart, &mut ticks);
            }
            stretch_left = next_left;
        }
        ticks
    }

    fn stretch_ticks(&self, origin_x: f64, (left, right): (f64, f64), apart: f64, ticks: &mut Vec<Tick>) {
        let origin = self.position_of(origin_x);
        let (first, last) = (self.position_of(left), self.position_of(right));
        let step = nice_step((last - first) * apart / (right - left), self.mode == Mode::ByEvent);
        let mut position = origin + ((first - origin) / step).ceil() * step;
        while position <= last {
            let x = self.x_of(position);
            if position <= origin {
                // What follows counts from here, so this mark stays and the one before gives way.
                ticks.pop_if(|tick| x - tick.x < apart * 0.8);
            }
            if ticks.last().is_none_or(|tick| x - tick.x >= apart * 0.8) {
                let label = if self.mode == Mode::ByEvent {
                    format!("{}", position as i64)
                } else if position <= origin {
                    clock(origin as i64)
                } else if origin <= 0.0 {
                    span(position as i64)
                } else {
                    format!("+{}", span((position - origin) as i64))
                };
                ticks.push(Tick { x, label });
            }
            position += step;
        }
    }
}

/// Returns the stops with those of the gaps, and which stretches are cut out. Gaps that touch become one, and a little
/// of each is left at both ends, where what lasts through it can be seen to begin and end.
fn with_gaps(stops: &[i64]) -> (Vec<i64>, Vec<bool>) {
    let lengths: Vec<i64> = stops.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let cut = cuts(&lengths);
    let mut with_gaps = vec![stops[0]];
    let mut stretches = Vec::new();
    let mut idx = 0;
    while idx < lengths.len() {
        let first = idx;
        while idx + 1 < lengths.len() && cut[first] && cut[idx + 1] {
            idx += 1;
        }
        let (from, to) = (stops[first], stops[idx + 1]);
        if cut[first] && to - from > 10 {
            let end = ((to - from) / 1_000).clamp(1, 1_000);
            with_gaps.extend([from + end, to - end, to]);
            stretches.extend([false, true, false]);
        } else {
            with_gaps.push(to);
            stretches.push(false);
        }
        idx += 1;
    }
    (with_gaps, stretches)
}

/// Decides which stretches are cut out: the longest and those alike, while each hides all that is left together.
fn cuts(lengths: &[i64]) -> Vec<bool> {
    let mut cut = vec![false; lengths.len()];
    let mut by_length: Vec<usize> = (0..lengths.len()).collect();
    by_length.sort_by_key(|&idx| (std::cmp::Reverse(lengths[idx]), idx));
    let mut left: f64 = lengths.iter().map(|&it| it as f64).sum();
    let mut rest = &by_length[..];
    while let Some(&longest) = rest.first() {
        let mut kept = left;
        let mut n_cut = 0;
        for (idx, &stretch) in rest.iter().enumerate().take(MOST_GAPS - (by_length.len() - rest.len()).min(MOST_GAPS)) {
            let length = lengths[stretch] as f64;
            // Three Waits of a day hide each other's share, so stretches of like length go together.
            if length * ALIKE < lengths[longest] as f64 {
                break;
            }
            kept -= length;
            if kept > 0.0 && length > CUT_FACTOR * kept * (idx + 1) as f64 {
                n_cut = idx + 1;
            }
        }
        if n_cut == 0 {
            break;
        }
        for &stretch in &rest[..n_cut] {
            cut[stretch] = true;
            left -= lengths[stretch] as f64;
        }
        rest = &rest[n_cut..];
    }
    cut
}

/// Shares `width` among stretches: by length, but none narrower than its least.
fn share(lengths: &[i64], cut: &[bool], least: &[f64], width: f64) -> Vec<f64> {
    let total_least: f64 = least.iter().sum();
    // Where the least widths would take most of the axis, they are scaled down, so that time stays readable.
    let squeeze = if total_least > 0.85 * width { 0.85 * width / total_least } else { 1.0 };
    let least: Vec<f64> = least.iter().map(|it| it * squeeze).collect();
    let mut fixed: Vec<bool> = cut.to_vec();
    loop {
        let room: f64 = width - fixed.iter().zip(&least).filter(|(fixed, _)| **fixed).map(|(_, it)| it).sum::<f64>();
        let time: f64 = fixed.iter().zip(lengths).filter(|(fixed, _)| !**fixed).map(|(_, it)| *it as f64).sum();
        let scale = if time > 0.0 { room.max(0.0) / time } else { 0.0 };
        let mut changed = false;
        for idx in 0..lengths.len() {
            if !fixed[idx] && lengths[idx] as f64 * scale < least[idx] {
                fixed[idx] = true;
                changed = true;
            }
        }
        if !changed {
            let parts = fixed.iter().zip(lengths).zip(&least);
            return parts
                .map(|((fixed, length), least)| if *fixed { *least } else { *length as f64 * scale })
                .collect();
        }
    }
}

fn interpolate(knots: &[(f64, f64)], at: f64, order: impl Fn((f64, f64)) -> (f64, f64)) -> f64 {
    let next = knots.partition_point(|&knot| order(knot).0 <= at).clamp(1, knots.len() - 1);
    let ((x0, y0), (x1, y1)) = (order(knots[next - 1]), order(knots[next]));
    if x1 <= x0 { y0 } else { y0 + (y1 - y0) * ((at - x0) / (x1 - x0)).clamp(0.0, 1.0) }
}

/// Returns the next larger step that reads well: 1, 2, 5 times a power of ten; minutes, hours and days in their own.
fn nice_step(least: f64, whole: bool) -> f64 {
    const SECOND: f64 = 1_000.0;
    const STEPS: [f64; 15] = [
        SECOND,
        2.0 * SECOND,
        5.0 * SECOND,
        10.0 * SECOND,
        15.0 * SECOND,
        30.0 * SECOND,
        60.0 * SECOND,
        120.0 * SECOND,
        300.0 * SECOND,
        900.0 * SECOND,
        1_800.0 * SECOND,
        3_600.0 * SECOND,
        10_800.0 * SECOND,
        43_200.0 * SECOND,
        86_400.0 * SECOND,
    ];
    if !whole && least > SECOND / 2.0 {
        if let Some(step) = STEPS.into_iter().find(|step| *step >= least) {
            return step;
        }
        return (least / 86_400_000.0).ceil() * 86_400_000.0;
    }
    let power = 10f64.powf(least.max(1.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|it| it * power).find(|it| *it >= least).unwrap_or(10.0 * power).max(1.0)
}

/// Writes a span of time in one unit: `250 ms`, `5 s`, `12 min`, `4 h`, `2 d`.
pub fn span(millis: i64) -> String {
    let seconds = millis as f64 / 1_000.0;
    let trim = |value: f64, unit: &str| {
        let text = format!("{value:.1}");
        format!("{} {unit}", text.strip_suffix(".0").unwrap_or(&text))
    };
    match millis {
        0 => "0 s".to_owned(),
        ..=999 => format!("{millis} ms"),
        1_000..=59_999 => trim(seconds, "s"),
        60_000..=3_599_999 => trim(seconds / 60.0, "min"),
        3_600_000..=86_399_999 => trim(seconds / 3_600.0, "h"),
        _ => trim(seconds / 86_400.0, "d"),
    }
}

/// Writes a stretch that was cut out: `1d 04h`, `4h 12m`, `3m 20s`.
pub fn gap_label(millis: i64) -> String {
    // Rounded to what is written: a Wait of 28 hours must not read as 27.
    let seconds = match millis {
        ..=86_399_999 => (millis + 500) / 1_000,
        _ => (millis + 1_800_000) / 3_600_000 * 3_600,
    };
    match seconds {
        ..=59 => span(millis),
        60..=3_599 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        3_600..=86_399 => format!("{}h {:02}m", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{}d {:02}h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

/// Writes a moment since the start: `12:25.241`, `04:12:07`, `1d 04:12:07`; milliseconds only if there are any.
pub fn clock(millis: i64) -> String {
    let (seconds, rest) = (millis.max(0) / 1_000, millis.max(0) % 1_000);
    let (days, hours, minutes) = (seconds / 86_400, seconds % 86_400 / 3_600, seconds % 3_600 / 60);
    let mut text = if seconds == 0 && rest == 0 {
        return "0 s".to_owned();
    } else if days > 0 {
        format!("{days}d {hours:02}:{minutes:02}:{:02}", seconds % 60)
    } else if hours > 0 {
        format!("{hours:02}:{minutes:02}:{:02}", seconds % 60)
    } else {
        format!("{minutes:02}:{:02}", seconds % 60)
    };
    if rest > 0 {
        let _ = write!(text, ".{rest:03}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    fn booking() -> Axis {
        let day = DAY + 4 * 3_600_000;
        let boundaries = [1_000, 1_100, day, day + 900, day + 2_900, day + 18_000];
        Axis::build(Mode::Compressed, &boundaries, &[(day, day + 900)], day + 18_000, 500.0)
    }

    #[test]
    fn a_day_of_waiting_is_cut_to_the_width_of_a_gap() {
        let axis = booking();
        let [gap] = axis.gaps() else { panic!("{:?}", axis.gaps()) };
        assert!((gap.right - gap.left - GAP_WIDTH).abs() < 0.01);
        assert_eq!(gap_label(gap.millis), "1d 04h");
    }

    #[test]
    fn back_offs_in_proportion_are_not_cut() {
        let boundaries = [1_000, 3_000, 4_000, 8_000, 9_000, 17_000];
        let axis = Axis::build(Mode::Compressed, &boundaries, &[], 18_000, 500.0);
        assert_eq!(axis.gaps(), []);
    }

    #[test]
    fn three_waits_of_a_day_are_three_gaps() {
        let boundaries = [1_000, DAY, DAY + 1_000, 2 * DAY, 2 * DAY + 1_000, 3 * DAY];
        let axis = Axis::build(Mode::Compressed, &boundaries, &[], 3 * DAY + 1_000, 500.0);
        assert_eq!(axis.gaps().len(), 3);
    }

    #[test]
    fn attempts_have_room_and_the_axis_keeps_its_width() {
        let axis = booking();
        let day = (DAY + 4 * 3_600_000) as f64;
        assert!(axis.x_of(day + 900.0) - axis.x_of(day) >= 29.9);
        assert!((axis.x_of(day + 18_000.0) - 500.0).abs() < 0.01);
    }

    #[test]
    fn places_and_positions_are_inverse_outside_of_gaps() {
        let axis = booking();
        for position in [0.0, 500.0, 1_050.0, (DAY + 4 * 3_600_000 + 10_000) as f64] {
            assert!((axis.position_of(axis.x_of(position)) - position).abs() < 1.0, "{position}");
        }
    }

    #[test]
    fn many_short_attempts_never_make_the_axis_wider() {
        let boundaries: Vec<i64> = (0..1_500).collect();
        let attempts: Vec<(i64, i64)> = (0..1_499).map(|it| (it, it + 1)).collect();
        let axis = Axis::build(Mode::Compressed, &boundaries, &attempts, 1_500, 500.0);
        assert!((axis.x_of(1_500.0) - 500.0).abs() < 0.5);
    }

    #[test]
    fn ticks_count_from_the_end_of_a_gap() {
        let labels: Vec<String> = booking().ticks(0.0, 500.0, 80.0).into_iter().map(|it| it.label).collect();
        assert_eq!(labels.first().map(String::as_str), Some("0 s"));
        assert!(labels.contains(&"1d 04:00:00".to_owned()), "{labels:?}");
        assert!(labels.contains(&"+5 s".to_owned()), "{labels:?}");
    }

    #[test]
    fn an_empty_run_has_an_axis() {
        for (mode, _) in Mode::ALL {
            let axis = Axis::build(mode, &[], &[], 0, 300.0);
            assert!((axis.x_of(0.0)).abs() < 0.01 && axis.ticks(0.0, 300.0, 80.0).len() < 10);
        }
    }

    #[test]
    fn moments_and_spans_read_as_people_write_them() {
        assert_eq!([clock(0), clock(745_241), clock(DAY + 15_127_000)], ["0 s", "12:25.241", "1d 04:12:07"]);
        assert_eq!([span(250), span(1_500), span(90_000), span(2 * DAY)], ["250 ms", "1.5 s", "1.5 min", "2 d"]);
    }
}
