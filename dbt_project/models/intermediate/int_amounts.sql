-- Amounts of the forms in yuan. `rounding` is half a unit of the last place that was printed: 12.35 in ten thousand
-- yuan may stand for anything within 50 yuan. A written 0 is 0.
with cells as (
    select * from {{ ref('int_cells') }}
),

money_columns as (
    select distinct
        table_key,
        row_key,
        column_key
    from {{ ref('int_form_cells') }}
    where value_type = 'money'
),

procurement as (
    select * from {{ ref('int_procurement') }}
),

units as (
    select * from {{ ref('units') }}
),

amounts as (
    select
        cells.report_key,
        cells.form_version,
        cells.table_key,
        cells.row_key,
        cells.column_key,
        cells.value,
        cells.value_state,
        coalesce(cells.corrected_value, cells.raw_value) as amount_text,
        coalesce(procurement.amount_unit, cells.printed_unit) as amount_unit,
        cells.line_start,
        cells.line_end
    from cells
    inner join money_columns
        on
            cells.table_key = money_columns.table_key
            and cells.row_key = money_columns.row_key
            and cells.column_key = money_columns.column_key
    left join procurement
        on cells.report_key = procurement.report_key and cells.table_key = 't2' and cells.row_key = 'procurement'
)

select
    amounts.* exclude (value, value_state),  -- noqa: RF02
    case when amounts.value = 0 then 0 else amounts.value * cast(units.yuan_factor as double) end as value,
    case
        when amounts.value <> 0 and units.yuan_factor is null then 'of unknown unit' else amounts.value_state
    end as value_state,
    case
        when amounts.value = 0 then 0
        else
            0.5 * cast(units.yuan_factor as double)
            / pow(10, length(regexp_extract(amounts.amount_text, '[.．]([0-9０-９]+)', 1)))
    end as rounding
from amounts
left join units on amounts.amount_unit = units.unit
