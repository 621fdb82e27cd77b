-- Sums of numerators and of denominators, first by place, then up the tree, each level from the sums of the one below:
-- there are a hundred rows a report, and fewer a place. A report counts in a sum where both its operands are known.
with metrics as (
    select * from {{ ref('int_metric_numbers') }}
),

units as (
    select * from {{ ref('int_division_units') }}
),

reports as (
    select
        report_no,
        place_no
    from {{ ref('int_report_places') }}
),

distinct_places as (
    select distinct * exclude (report_no)
    from {{ ref('int_report_places') }}
),

-- The units that a place is added up in; the year of a report may be unknown.
places as (
    select
        distinct_places.place_no,
        {% for level in ['county', 'prefecture', 'province', 'country'] -%}
        {{ level }}_units.unit_no as {{ level }}_unit,
        {% endfor -%}
        count(*) over (partition by county_units.unit_no) as n_places_of_county
    from distinct_places
    {% for level, code in [
        ('county', 'distinct_places.county_code'),
        ('prefecture', 'distinct_places.prefecture_code'),
        ('province', "coalesce(distinct_places.province_code, 'unplaced')"),
        ('country', "case when distinct_places.province_code is not null then '0' end"),
    ] -%}
    left join units as {{ level }}_units
        on
            {{ code }} = {{ level }}_units.division_code
            and distinct_places.report_year is not distinct from {{ level }}_units.report_year
            and distinct_places.body_level = {{ level }}_units.body_level
            and distinct_places.body_kind = {{ level }}_units.body_kind
    {% endfor %}
),

figures as (
    select
        reports.place_no,
        packed.metric_no,
        packed.null_reason,
        packed.numerator is not null and (packed.denominator >= 0 or not metrics.is_rate) as is_summed,
        packed.numerator,
        packed.denominator
    from {{ ref('int_metrics') }} as packed
    inner join reports on packed.report_no = reports.report_no
    inner join metrics on packed.metric_no = metrics.metric_no
),

by_place as (
    select
        place_no,
        metric_no,
        -- Decimals: a sum of yuan must not depend on the order in which it was added up.
        sum(case when is_summed then try_cast(numerator as decimal(38, 6)) end) as numerator,
        sum(case when is_summed then try_cast(denominator as decimal(38, 6)) end) as denominator,
        count(*) as n_reports,
        count(case when is_summed then 1 end) as n_summed,
        count(case when null_reason is null then 1 end) as n_with_value,
        count(case when null_reason = 'not_in_form' then 1 end) as n_not_in_form
    from figures
    group by place_no, metric_no
),

-- A county is one place of a year, level and kind, unless the list has it in two prefectures.
by_county as (
    select
        places.county_unit as unit_no,
        by_place.* exclude (place_no)  -- noqa: RF02
    from by_place
    inner join places on by_place.place_no = places.place_no
    where places.county_unit is not null and places.n_places_of_county = 1
    union all
    select
        places.county_unit as unit_no,
        {{ sums_of('by_place') }}
    from by_place
    inner join places on by_place.place_no = places.place_no
    where places.county_unit is not null and places.n_places_of_county > 1
    group by places.county_unit, by_place.metric_no
),

below_province as (
    select
        places.prefecture_unit,
        places.province_unit,
        places.country_unit,
        {{ sums_of('by_place') }}
    from by_place
    inner join places on by_place.place_no = places.place_no
    group by places.prefecture_unit, places.province_unit, places.country_unit, by_place.metric_no
),

by_province as (
    select
        province_unit,
        country_unit,
        {{ sums_of('below_province') }}
    from below_province
    group by province_unit, country_unit, metric_no
),

-- Who has not reported has no report to count: this one metric is counted over the claimed divisions.
of_divisions as (
    select
        units.unit_no,
        metrics.metric_no,
        units.n_published as numerator,
        units.n_expected as denominator,
        units.n_published as n_reports,
        units.n_expected as n_summed,
        units.n_expected as n_with_value,
        0 as n_not_in_form
    from units
    inner join metrics on metrics.metric_grain = 'division'
    where units.n_expected is not null
),

summed as (
    select * from by_county
    union all
    select
        prefecture_unit as unit_no,
        {{ sums_of('below_province') }}
    from below_province
    where prefecture_unit is not null
    group by prefecture_unit, metric_no
    union all
    select
        province_unit as unit_no,
        * exclude (province_unit, country_unit)
    from by_province
    union all
    select
        country_unit as unit_no,
        {{ sums_of('by_province') }}
    from by_province
    where country_unit is not null
    group by country_unit, metric_no
    union all
    select * from of_divisions
)

select
    unit_no,
    metric_no,
    cast(numerator as double) as numerator,
    cast(denominator as double) as denominator,
    cast(n_reports as uinteger) as n_reports,
    cast(n_summed as uinteger) as n_summed,
    cast(n_with_value as uinteger) as n_with_value,
    cast(n_not_in_form as uinteger) as n_not_in_form
from summed
order by unit_no, metric_no
