with columns as (
    select * from {{ ref('int_dictionary_columns') }}
)

select
    table_name,
    column_position,
    column_name,
    data_type,
    is_key,
    name_zh,
    name_en,
    meaning_zh,
    meaning_en,
    column_unit,
    aggregate,
    since,
    column_source,
    example
from columns
