with units as (
    select * from {{ ref('stg_divisions') }}
),

kinds as (
    select * from {{ ref('division_kinds') }}
),

-- The name of a code is its last one.
codes as (
    select *
    from units
    qualify row_number() over (partition by division_code order by valid_to desc nulls first) = 1
),

years as (
    select
        unit_code,
        min(list_year) as first_year
    from {{ ref('int_division_years') }}
    group by unit_code
)

select
    codes.division_code as unit_code,
    codes.division_name,
    codes.level,
    years.first_year,
    -- The list repeats a city without counties below itself: it has one government.
    kinds.has_government and coalesce(codes.division_name <> above.division_name, true) as has_government
from codes
inner join years on codes.division_code = years.unit_code
left join codes as above
    on case when length(codes.division_code) = 6 then left(codes.division_code, 4) end = above.division_code
left join kinds
    on
        codes.level = kinds.level
        and (kinds.code_digit is null or substr(codes.division_code, 7, 1) = kinds.code_digit)
        and ends_with(codes.division_name, coalesce(kinds.name_ending, ''))
qualify row_number() over (
    partition by codes.division_code order by length(coalesce(kinds.name_ending, '')) desc
) = 1
