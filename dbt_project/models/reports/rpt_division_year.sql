-- A rate of a province is the rate of its sums, never the mean of rates.
select
    units.division_code,
    units.division_name,
    units.division_level,
    units.report_year,
    units.body_level,
    units.body_kind,
    metrics.metric_key,
    case
        when not metrics.is_rate then packed.numerator
        when packed.denominator > 0 then packed.numerator / packed.denominator
    end as value,
    packed.numerator,
    packed.denominator,
    case
        when packed.n_summed = 0 then 'no_value'
        when packed.denominator = 0 then 'denominator_zero'
    end as null_reason,
    cast(packed.n_reports as bigint) as n_reports,
    cast(packed.n_summed as bigint) as n_summed,
    cast(packed.n_with_value as bigint) as n_bodies_with_value,
    case when metrics.metric_grain = 'division' then 0 else cast(packed.n_reports as bigint) - packed.n_summed end
        as n_null,
    cast(packed.n_not_in_form as bigint) as n_not_in_form,
    units.n_expected
from {{ in_this_file(ref('int_division_metrics')) }} as packed
inner join {{ in_this_file(ref('int_division_units')) }} as units on packed.unit_no = units.unit_no
inner join {{ in_this_file(ref('int_metric_numbers')) }} as metrics on packed.metric_no = metrics.metric_no
