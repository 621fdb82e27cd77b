-- A claim on a division is one on what stood there in each year, whatever its code was then. What lay elsewhere in a
-- year is not claimed for it; what stood nowhere is, and reads as not applicable.
with deliveries as (
    select * from {{ ref('stg_deliveries') }}
),

scopes as (
    select * from {{ ref('stg_delivery_scopes') }}
),

codes as (
    select distinct
        division_code,
        level,
        unit_code
    from {{ ref('stg_divisions') }}
),

listed as (
    select * from {{ ref('int_division_years') }}
),

units as (
    select * from {{ ref('int_coverage_units') }}
),

deadlines as (
    select * from {{ ref('publication_deadlines') }}
    where body_kind = 'government'
),

scope_codes as (
    select distinct
        scopes.*,
        same_unit.division_code as scope_code
    from scopes
    inner join codes on scopes.division_code = codes.division_code
    inner join codes as same_unit on codes.unit_code = same_unit.unit_code
),

prefixes as (
    select
        division_code,
        level,
        unit_code,
        unnest([left(division_code, n) for n in [2, 4, 6, 9] if n <= length(division_code)]) as prefix
    from codes
),

claimed as (
    select
        scope_codes.delivery,
        scope_codes.deadline_month,
        scope_codes.deadline_day,
        prefixes.division_code,
        prefixes.unit_code,
        cast(unnest(generate_series(scope_codes.year_from, scope_codes.year_to)) as integer) as report_year
    from scope_codes
    inner join prefixes on scope_codes.scope_code = prefixes.prefix and scope_codes.unit_level = prefixes.level
),

list_span as (
    select distinct
        first_list,
        last_list
    from listed
),

in_lists as (
    select
        claimed.*,
        greatest(list_span.first_list, least(list_span.last_list, claimed.report_year)) as list_year
    from claimed
    cross join list_span
),

unit_years as (
    select distinct
        unit_code,
        list_year
    from listed
)

select distinct
    in_lists.delivery,
    in_lists.unit_code,
    in_lists.report_year,
    in_lists.list_year,
    unit_years.unit_code is not null as is_standing,
    deliveries.collected_on,
    make_date(
        in_lists.report_year + 1,
        coalesce(in_lists.deadline_month, deadlines.deadline_month),
        coalesce(in_lists.deadline_day, deadlines.deadline_day)
    ) as deadline,
    case when in_lists.deadline_month is not null then 'delivery' else deadlines.deadline_basis end as deadline_basis
from in_lists
inner join deliveries on in_lists.delivery = deliveries.delivery
inner join units on in_lists.unit_code = units.unit_code
inner join deadlines
    on
        units.level = deadlines.level
        and in_lists.report_year between deadlines.first_report_year and coalesce(deadlines.last_report_year, 9999)
left join unit_years
    on in_lists.unit_code = unit_years.unit_code and in_lists.list_year = unit_years.list_year
left join listed
    on
        in_lists.division_code = listed.division_code
        and in_lists.unit_code = listed.unit_code
        and in_lists.list_year = listed.list_year
where listed.division_code is not null or unit_years.unit_code is null
