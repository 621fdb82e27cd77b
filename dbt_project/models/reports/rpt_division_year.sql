-- Sums of numerators and of denominators, first by place, then up the tree: a rate of a province is the rate of its
-- sums, never the mean of rates. A report counts in a sum where both its operands are known.
with metrics as (
    select * from {{ ref('dim_metric') }}
),

divisions as (
    select * from {{ ref('dim_division') }}
),

places as (
    {{ divisions_above('divisions') }}
),

bodies as (
    select
        bodies.body_key,
        coalesce(bodies.body_level, 'unknown') as body_level,
        bodies.body_kind,
        places.county_code,
        places.prefecture_code,
        places.province_code
    from {{ ref('dim_body') }} as bodies
    left join places on bodies.division_code = places.division_code
),

body_metrics as (
    select
        values_of_body.*,
        values_of_body.numerator is not null
        and (values_of_body.denominator >= 0 or metrics.denominator is null) as is_summed
    from {{ ref('rpt_metric') }} as values_of_body
    inner join metrics on values_of_body.metric_key = metrics.metric_key
),

coverage as (
    select
        fct_coverage.report_year,
        units.level as body_level,
        places.county_code,
        places.prefecture_code,
        places.province_code,
        count(*) filter (where fct_coverage.status <> 'not_applicable') as n_expected,
        count(*) filter (where fct_coverage.status in ('reported', 'reported_late')) as n_published
    from {{ ref('fct_coverage') }} as fct_coverage
    inner join divisions as units on fct_coverage.division_code = units.division_code
    inner join places on fct_coverage.division_code = places.division_code
    group by all
),

by_place as (
    select
        body_metrics.report_year,
        bodies.body_level,
        bodies.body_kind,
        bodies.county_code,
        bodies.prefecture_code,
        bodies.province_code,
        body_metrics.metric_key,
        count(*) as n_reports,
        count(body_metrics.value) as n_with_value,
        count(*) filter (where body_metrics.null_reason = 'not_in_form') as n_not_in_form,
        count(*) filter (where body_metrics.is_summed) as n_summed,
        -- Decimals: a sum of yuan must not depend on the order in which it was added up.
        sum(try_cast(body_metrics.numerator as decimal(38, 6))) filter (where body_metrics.is_summed) as numerator,
        sum(try_cast(body_metrics.denominator as decimal(38, 6))) filter (where body_metrics.is_summed) as denominator
    from body_metrics
    inner join bodies on body_metrics.body_key = bodies.body_key
    group by all
    union all by name
    -- Who has not reported has no report to count: this one metric is counted over the claimed divisions.
    select
        coverage.report_year,
        coverage.body_level,
        'government' as body_kind,
        coverage.county_code,
        coverage.prefecture_code,
        coverage.province_code,
        metrics.metric_key,
        coverage.n_published as n_reports,
        coverage.n_expected as n_with_value,
        0 as n_not_in_form,
        coverage.n_expected as n_summed,
        coverage.n_published as numerator,
        coverage.n_expected as denominator
    from coverage
    inner join metrics on metrics.metric_grain = 'division'
),

-- A body whose place is not proved is in no division's sum, nor in the country's: it is counted apart.
up_the_tree as (
    select
        unnest(case
            when province_code is null then ['unplaced']
            else list_filter([county_code, prefecture_code, province_code, '0'], lambda code: code is not null)
        end) as division_code,
        by_place.*
    from by_place
),

expected as (
    select
        unnest(list_filter([county_code, prefecture_code, province_code, '0'], lambda code: code is not null))
            as division_code,
        report_year,
        body_level,
        n_expected
    from coverage
),

expected_of_division as (
    select
        division_code,
        report_year,
        body_level,
        sum(n_expected) as n_expected
    from expected
    group by division_code, report_year, body_level
),

rolled_up as (
    select
        division_code,
        report_year,
        body_level,
        body_kind,
        metric_key,
        cast(sum(numerator) as double) as numerator,
        cast(sum(denominator) as double) as denominator,
        sum(n_reports) as n_reports,
        sum(n_summed) as n_summed,
        sum(n_with_value) as n_with_value,
        sum(n_not_in_form) as n_not_in_form
    from up_the_tree
    group by division_code, report_year, body_level, body_kind, metric_key
)

select
    rolled_up.division_code,
    case rolled_up.division_code
        when '0' then '全国'
        when 'unplaced' then '所在地未定'
        else divisions.division_name
    end as division_name,
    case rolled_up.division_code when '0' then 'country' when 'unplaced' then 'unplaced' else divisions.level end
        as division_level,
    rolled_up.report_year,
    rolled_up.body_level,
    rolled_up.body_kind,
    rolled_up.metric_key,
    case
        when metrics.denominator is null then rolled_up.numerator
        when rolled_up.denominator > 0 then rolled_up.numerator / rolled_up.denominator
    end as value,
    rolled_up.numerator,
    rolled_up.denominator,
    case
        when rolled_up.n_summed = 0 then 'no_value'
        when rolled_up.denominator = 0 then 'denominator_zero'
    end as null_reason,
    cast(rolled_up.n_reports as bigint) as n_reports,
    cast(rolled_up.n_summed as bigint) as n_summed,
    cast(rolled_up.n_with_value as bigint) as n_bodies_with_value,
    cast(
        case when metrics.metric_grain = 'division' then 0 else rolled_up.n_reports - rolled_up.n_summed end as bigint
    ) as n_null,
    cast(rolled_up.n_not_in_form as bigint) as n_not_in_form,
    cast(expected_of_division.n_expected as bigint) as n_expected
from rolled_up
inner join metrics on rolled_up.metric_key = metrics.metric_key
left join divisions on rolled_up.division_code = divisions.division_code
left join expected_of_division
    on
        case when rolled_up.body_kind = 'government' then rolled_up.division_code end
        = expected_of_division.division_code
        and rolled_up.report_year = expected_of_division.report_year
        and rolled_up.body_level = expected_of_division.body_level
