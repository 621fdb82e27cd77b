-- Sums of numerators and of denominators, first by place, then up the tree: a rate of a province is the rate of its
-- sums, never the mean of rates. A report counts in a sum where both its operands are known. Each level is added up
-- from the level below it: there are a hundred rows a report, and a few a place.
with metrics as (
    select * from {{ ref('dim_metric') }}
),

numbered_metrics as (
    select
        numbers.metric_no,
        numbers.metric_key,
        metrics.denominator is null as is_sum
    from metrics
    inner join {{ ref('int_metric_numbers') }} as numbers on metrics.metric_key = numbers.metric_key
),

divisions as (
    select * from {{ ref('dim_division') }}
),

places_of_divisions as (
    {{ divisions_above('divisions') }}
),

reports as (
    select
        numbers.report_no,
        numbers.report_year,
        coalesce(bodies.body_level, 'unknown') as body_level,
        bodies.body_kind,
        above.county_code,
        above.prefecture_code,
        above.province_code
    from {{ ref('int_report_numbers') }} as numbers
    inner join {{ ref('dim_body') }} as bodies on numbers.body_key = bodies.body_key
    left join places_of_divisions as above on bodies.division_code = above.division_code
),

-- A body whose place is not proved is in no division's sum, nor in the country's: it is counted apart.
places_of_reports as (
    select
        *,
        dense_rank() over (
            order by report_year, body_level, body_kind, province_code, prefecture_code, county_code
        ) as place_no
    from reports
),

distinct_places as (
    select distinct * exclude (report_no)
    from places_of_reports
),

places as (
    select
        *,
        dense_rank() over (order by report_year, body_level, body_kind, county_code) as county_no,
        dense_rank() over (order by report_year, body_level, body_kind, province_code, prefecture_code)
            as prefecture_no,
        dense_rank() over (order by report_year, body_level, body_kind, province_code) as province_no,
        dense_rank() over (order by report_year, body_level, body_kind, province_code is null) as country_no
    from distinct_places
),

figures as (
    select
        places_of_reports.place_no,
        values_of_body.metric_no,
        values_of_body.null_reason,
        values_of_body.numerator is not null
        and (values_of_body.denominator >= 0 or numbered_metrics.is_sum) as is_summed,
        values_of_body.numerator,
        values_of_body.denominator
    from {{ ref('int_metrics') }} as values_of_body
    inner join places_of_reports on values_of_body.report_no = places_of_reports.report_no
    inner join numbered_metrics on values_of_body.metric_no = numbered_metrics.metric_no
),

by_place as (
    select
        place_no,
        metric_no,
        count(*) as n_reports,
        count(case when null_reason is null then 1 end) as n_with_value,
        count(case when null_reason = 'not_in_form' then 1 end) as n_not_in_form,
        count(case when is_summed then 1 end) as n_summed,
        -- Decimals: a sum of yuan must not depend on the order in which it was added up.
        sum(case when is_summed then try_cast(numerator as decimal(38, 6)) end) as numerator,
        sum(case when is_summed then try_cast(denominator as decimal(38, 6)) end) as denominator
    from figures
    group by place_no, metric_no
),

{% for level, below, number_below in [
    ('county', 'place', 'place_no'), ('prefecture', 'place', 'place_no'),
    ('province', 'prefecture', 'prefecture_no'), ('country', 'province', 'province_no'),
] -%}
{{ level }}_above as (
    select distinct
        {{ number_below }},
        {{ level }}_no
    from places
),

by_{{ level }} as (
    select
        above.{{ level }}_no,
        below.metric_no,
        sum(below.n_reports) as n_reports,
        sum(below.n_with_value) as n_with_value,
        sum(below.n_not_in_form) as n_not_in_form,
        sum(below.n_summed) as n_summed,
        sum(below.numerator) as numerator,
        sum(below.denominator) as denominator
    from by_{{ below }} as below
    inner join {{ level }}_above as above on below.{{ number_below }} = above.{{ number_below }}
    group by above.{{ level }}_no, below.metric_no
),

{% endfor -%}
{% for level, code, wanted in [
    ('county', 'county_code', 'county_code is not null'),
    ('prefecture', 'prefecture_code', 'prefecture_code is not null'),
    ('province', "coalesce(province_code, 'unplaced')", 'true'),
    ('country', "'0'", 'province_code is not null'),
] -%}
{{ level }}_names as (
    select distinct
        {{ level }}_no,
        {{ code }} as division_code,
        report_year,
        body_level,
        body_kind
    from places
    where {{ wanted }}
),

of_{{ level }} as (
    select
        names.division_code,
        names.report_year,
        names.body_level,
        names.body_kind,
        numbered_metrics.metric_key,
        summed.* exclude ({{ level }}_no, metric_no)  -- noqa: RF02
    from by_{{ level }} as summed
    inner join {{ level }}_names as names on summed.{{ level }}_no = names.{{ level }}_no
    inner join numbered_metrics on summed.metric_no = numbered_metrics.metric_no
),

{% endfor -%}
coverage as (
    select
        fct_coverage.report_year,
        units.level as body_level,
        above.county_code,
        above.prefecture_code,
        above.province_code,
        count(*) filter (where fct_coverage.status <> 'not_applicable') as n_expected,
        count(*) filter (where fct_coverage.status in ('reported', 'reported_late')) as n_published
    from {{ ref('fct_coverage') }} as fct_coverage
    inner join divisions as units on fct_coverage.division_code = units.division_code
    inner join places_of_divisions as above on fct_coverage.division_code = above.division_code
    group by all
),

covered as (
    select
        unnest(list_filter([county_code, prefecture_code, province_code, '0'], lambda code: code is not null))
            as division_code,
        report_year,
        body_level,
        n_expected,
        n_published
    from coverage
),

expected_of_division as (
    select
        division_code,
        report_year,
        body_level,
        sum(n_expected) as n_expected,
        sum(n_published) as n_published
    from covered
    group by division_code, report_year, body_level
),

rolled_up as (
    {% for level in ['county', 'prefecture', 'province', 'country'] -%}
    select * from of_{{ level }}
    union all by name
    {% endfor -%}
    -- Who has not reported has no report to count: this one metric is counted over the claimed divisions.
    select
        expected_of_division.division_code,
        expected_of_division.report_year,
        expected_of_division.body_level,
        'government' as body_kind,
        metrics.metric_key,
        expected_of_division.n_published as n_reports,
        expected_of_division.n_expected as n_with_value,
        0 as n_not_in_form,
        expected_of_division.n_expected as n_summed,
        expected_of_division.n_published as numerator,
        expected_of_division.n_expected as denominator
    from expected_of_division
    inner join metrics on metrics.metric_grain = 'division'
),

figured as (
    select * replace (cast(numerator as double) as numerator, cast(denominator as double) as denominator)
    from rolled_up
)

select
    figured.division_code,
    case figured.division_code
        when '0' then '全国'
        when 'unplaced' then '所在地未定'
        else divisions.division_name
    end as division_name,
    case figured.division_code when '0' then 'country' when 'unplaced' then 'unplaced' else divisions.level end
        as division_level,
    figured.report_year,
    figured.body_level,
    figured.body_kind,
    figured.metric_key,
    case
        when metrics.denominator is null then figured.numerator
        when figured.denominator > 0 then figured.numerator / figured.denominator
    end as value,
    figured.numerator,
    figured.denominator,
    case
        when figured.n_summed = 0 then 'no_value'
        when figured.denominator = 0 then 'denominator_zero'
    end as null_reason,
    cast(figured.n_reports as bigint) as n_reports,
    cast(figured.n_summed as bigint) as n_summed,
    cast(figured.n_with_value as bigint) as n_bodies_with_value,
    cast(
        case when metrics.metric_grain = 'division' then 0 else figured.n_reports - figured.n_summed end as bigint
    ) as n_null,
    cast(figured.n_not_in_form as bigint) as n_not_in_form,
    cast(expected_of_division.n_expected as bigint) as n_expected
from figured
inner join metrics on figured.metric_key = metrics.metric_key
left join divisions on figured.division_code = divisions.division_code
left join expected_of_division
    on
        case when figured.body_kind = 'government' then figured.division_code end
        = expected_of_division.division_code
        and figured.report_year = expected_of_division.report_year
        and figured.body_level = expected_of_division.body_level
