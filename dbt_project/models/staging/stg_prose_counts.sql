with source as (
    select * from {{ source('staging_frames', 'prose_counts') }}
)

select * from source
